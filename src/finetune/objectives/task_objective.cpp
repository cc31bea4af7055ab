#include "electra/finetune/objectives/task_objective.h"

#include <algorithm>
#include <array>

#include "electra/core/host_copy.h"
#include "electra/finetune/task_source.h"
#include "electra/formats/hugging_face.h"
#include "electra/kernels/count_answers.h"
#include "electra/models/heads.h"
#include "electra/tasks/null_threshold.h"
#include "electra/tasks/outputs.h"
#include "electra/tasks/scores.h"
#include "finetune/task_figures.h"

namespace electra {

namespace {

constexpr std::string_view loss_sum = "loss", counts = "count", scale_name = "scale";

/// Keeps what the head says of each feature, and scores it at the end.
class TaskEvaluation final : public Evaluation {
 public:
  explicit TaskEvaluation(const TaskObjective& objective)
      : objective_(objective), outputs_(set().features.size()) {}

  void prepare(Scalars& scalars) const override { scalars.set(scale_name, 1); }

  void add(Pass& pass, const MicroBatch& batch, const HostBatch& host, StepState& state) override {
    const TensorView answer = objective_.answers(pass, batch, state);
    const std::vector<float> values = to_host_f32(pass.context, answer);
    const auto stride = static_cast<std::size_t>(answer.width());
    const auto rows = static_cast<std::size_t>(answer.rows()) / host.lengths.size();
    const auto& features = host.column(task_columns::feature);
    for (std::size_t i = 0; i < features.size(); ++i) {
      FeatureOutput& output = outputs_[static_cast<std::size_t>(features[i])];
      const std::size_t real = rows == 1 ? 1 : static_cast<std::size_t>(host.lengths[i]);
      for (std::size_t row = 0; row < real; ++row) {
        const auto from = values.begin() + static_cast<std::ptrdiff_t>((i * rows + row) * stride);
        output.insert(output.end(), from, from + width(stride));
      }
    }
  }

  [[nodiscard]] FigureValues finish(const HostSums& sums) const override {
    const TaskSetup& setup = objective_.setup();
    AnswerOptions answers = setup.answers;
    answers.may_be_null = false;
    std::vector<Prediction> predictions = predictions_of(
        setup.data.task->kind, set().examples, set().features, outputs_, width(0), answers);
    if (setup.answers.may_be_null) objective_.withhold(set().examples, predictions);
    FigureValues values = objective_.values(sums);
    for (const Score& score : scores({.task = setup.data.task->kind,
                              .examples = set().examples,
                              .labels = setup.data.labels,
                              .predictions = predictions}))
      values.set(score.info->key, score.value);
    if (setup.predicted) setup.predicted(std::move(predictions));
    return values;
  }

 private:
  [[nodiscard]] const TaskSet& set() const { return objective_.setup().data.evaluation; }
  /// Numbers of a row that count; those of a vector are all.
  [[nodiscard]] std::ptrdiff_t width(std::size_t stride) const {
    const Index outputs = objective_.setup().head.config.outputs;
    return outputs > 0 ? outputs : static_cast<std::ptrdiff_t>(stride);
  }
  const TaskObjective& objective_;
  std::vector<FeatureOutput> outputs_;  // by feature
};

}  // namespace

TaskObjective::TaskObjective(ParameterStore& store, TaskSetup setup)
    : store_(store),
      setup_(std::move(setup)),
      model_(store, setup_.network, head_kind(setup_.head.kind), setup_.head.config),
      null_threshold_(setup_.answers.null_threshold) {}

std::span<const Figure> TaskObjective::figures() const {
  return task_figures(setup_.data.task->kind);
}

std::span<const SumPiece> TaskObjective::sums() const {
  using enum SumPiece::Kind;
  static const std::array<SumPiece, 2> pieces{
      {{std::string(loss_sum), sum, {1}}, {std::string(counts), count, {2}}}};
  return pieces;
}

double TaskObjective::denominator(const StepTotals& totals) const {
  const auto examples = static_cast<double>(totals.examples);
  const bool weighted = !setup_.data.class_weights.empty();
  switch (setup_.data.task->kind) {
    case TaskKind::classify:
      return weighted ? totals.of(task_columns::weights) : examples;
    case TaskKind::tag:
      return totals.of(weighted ? task_columns::weights : task_columns::scored);
    case TaskKind::multilabel:
      return examples * static_cast<double>(labels());
    case TaskKind::embed:
      return examples / static_cast<double>(setup_.data.training.parts);
    case TaskKind::regress:
    case TaskKind::answer:
      return examples;
  }
  throw Error("a task without a denominator");
}

void TaskObjective::prepare(const StepTotals& totals, Index, Scalars& scalars) const {
  const double count = denominator(totals);
  scalars.set(scale_name, count > 0 ? 1 / count : 0);
}

ConstTensorView TaskObjective::scale(const StepState& state) const {
  return state.scalar(scale_name);
}

ConstTensorView TaskObjective::weights(const MicroBatch& batch) const {
  if (setup_.data.class_weights.empty()) return {};
  return batch.column(task_columns::weights);
}

void TaskObjective::accumulate(Pass& outer, const MicroBatch& batch, StepState& state) const {
  Pass pass = outer.of(Network::discriminator);
  Encoder::Saved saved;
  const TensorView hidden = model_.encoder().forward(pass, batch.ids, batch.types, saved);
  const TensorView dhidden = pass.tensor(hidden.shape(), hidden.dtype());
  (void)learn(pass, hidden, batch, state, dhidden);
  model_.encoder().backward(pass, saved, dhidden);
}

TensorView TaskObjective::answers(Pass& outer, const MicroBatch& batch, StepState& state) const {
  Pass pass = outer.of(Network::discriminator);
  Encoder::Saved saved;
  const TensorView hidden = model_.encoder().forward(pass, batch.ids, batch.types, saved);
  return learn(pass, hidden, batch, state, {});
}

void TaskObjective::count(Pass& pass, ConstTensorView losses, ConstTensorView right,
                          StepState& state) const {
  pass.context.run(CountAnswers{.losses = losses,
                                .right = right,
                                .loss = state.of_step.of(loss_sum),
                                .counts = state.of_step.of(counts)});
}

FigureValues TaskObjective::values(const HostSums& sums) const {
  const auto count = sums.of(counts);
  const TaskKind task = setup_.data.task->kind;
  const double parts = task == TaskKind::multilabel ? static_cast<double>(labels()) : 1;
  std::vector<std::optional<double>> values(figures().size());
  values[0] = ratio(sums.of(loss_sum)[0], count[0] * parts);
  if (has_right(task)) values[1] = ratio(count[1], count[0]);
  return {figures(), std::move(values), static_cast<Index>(count[0])};
}

std::unique_ptr<Evaluation> TaskObjective::evaluation() const {
  return std::make_unique<TaskEvaluation>(*this);
}

void TaskObjective::withhold(const Examples& examples, std::span<Prediction> predictions) const {
  if (setup_.choose_null_threshold) null_threshold_ = best_null_threshold(examples, predictions);
  withhold_answers(null_threshold_, predictions);
}

void TaskObjective::save(const std::filesystem::path& directory) const {
  StoredHead head = setup_.head;
  head.null_threshold = null_threshold_;
  save_network(directory, model_.parts(), store_, setup_.data.special.pad, &head);
}

std::vector<Export> TaskObjective::exports() const {
  return {{"model", [this](const std::filesystem::path& directory) { save(directory); }}};
}

}  // namespace electra
