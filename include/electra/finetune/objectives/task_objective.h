#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "electra/finetune/task_data.h"
#include "electra/formats/stored_head.h"
#include "electra/models/text_model.h"
#include "electra/tasks/prediction.h"
#include "electra/train/objective.h"

namespace electra {

/// What an objective of a task is made of.
struct TaskSetup {
  const TaskData& data;
  NetworkConfig network;
  StoredHead head;  // kind, labels, sizes: what an export says
  AnswerOptions answers = {};
  /// answer: whether every evaluation chooses the threshold of "no answer" that is best on its file
  /// (AnswerOptions::may_be_null), which an export then says.
  bool choose_null_threshold = false;
  /// Told what every evaluation predicted, an entry for each example of the evaluation file.
  std::function<void(std::vector<Prediction>)> predicted = {};
};

/// An encoder with one head that learns a task: figures, sums, evaluation by the task's scores and
/// export, which are the same for all; a task adds its head and its loss.
class TaskObjective : public Objective {
 public:
  [[nodiscard]] std::span<const Figure> figures() const override;
  [[nodiscard]] std::span<const SumPiece> sums() const override;
  void prepare(const StepTotals& totals, Index step, Scalars& scalars) const override;
  void accumulate(Pass& pass, const MicroBatch& batch, StepState& state) const override;
  [[nodiscard]] FigureValues values(const HostSums& sums) const override;
  [[nodiscard]] std::unique_ptr<Evaluation> evaluation() const override;
  /// The folder "model".
  [[nodiscard]] std::vector<Export> exports() const override;

  [[nodiscard]] const TextModel& model() const { return model_; }
  [[nodiscard]] const TaskSetup& setup() const { return setup_; }
  void save(const std::filesystem::path& directory) const;
  /// Takes back answers where there being none is better, by the threshold that is set or chosen.
  void withhold(const Examples& examples, std::span<Prediction> predictions) const;
  /// The forward over a batch: what the head says, [batch or rows, any padded width], and its loss
  /// in the state's sums.
  [[nodiscard]] TensorView answers(Pass& pass, const MicroBatch& batch, StepState& state) const;

 protected:
  /// Declares the model in the store, which must outlive the objective.
  TaskObjective(ParameterStore& store, TaskSetup setup);

  /// Head and loss over the hidden states [rows, hidden]: adds to the step's sums, and to the
  /// gradients of the head where `dhidden` [rows, hidden] is there to be written. Returns what the
  /// head says.
  [[nodiscard]] virtual TensorView learn(Pass& pass, TensorView hidden, const MicroBatch& batch,
                                         StepState& state, TensorView dhidden) const = 0;

  template <class H>
  [[nodiscard]] const H& head() const {
    return dynamic_cast<const H&>(model_.head());
  }
  [[nodiscard]] Index labels() const { return setup_.data.labels.size(); }
  /// Of each label of classify and tag; absent: all 1.
  [[nodiscard]] ConstTensorView weights(const MicroBatch& batch) const;
  /// 1 over what the losses of the step are divided by, in device memory.
  [[nodiscard]] ConstTensorView scale(const StepState& state) const;
  /// Adds up losses, and which rows are right (absent: all are scored, and none is right or wrong).
  void count(Pass& pass, ConstTensorView losses, ConstTensorView right, StepState& state) const;

 private:
  [[nodiscard]] double denominator(const StepTotals& totals) const;

  ParameterStore& store_;
  TaskSetup setup_;
  TextModel model_;
  mutable double null_threshold_;  // set, or chosen by the last evaluation
};

}  // namespace electra
