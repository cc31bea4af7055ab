#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "electra/core/device.h"
#include "electra/formats/stored_head.h"
#include "electra/infer/engine.h"
#include "electra/tasks/labels.h"
#include "electra/tasks/outputs.h"
#include "electra/tasks/task.h"

namespace electra {

/// A fine-tuned model, whatever its task: examples in, a prediction for each out. Safe from any
/// number of threads at once.
class Predictor {
 public:
  struct Options {
    Device device = {};
    int threads = 0;   // of the device cpu, for each call; 0: all processors
    int workers = 0;   // calls that compute at once; 0: processors / threads, on a GPU 1
    Index length = 0;  // tokens of a text at most; 0: as the model was trained
    InferencePrecision precision = InferencePrecision::f32;
  };

  /// Opens a Hugging Face directory with a head for a task, and its tokenizer. Throws Error.
  explicit Predictor(const std::filesystem::path& directory);
  Predictor(const std::filesystem::path& directory, const Options& options);
  ~Predictor();
  Predictor(Predictor&&) noexcept;
  Predictor& operator=(Predictor&&) noexcept;

  [[nodiscard]] const TaskInfo& task() const;
  [[nodiscard]] const Labels& labels() const;
  [[nodiscard]] const StoredHead& head() const;
  /// What computes: its limit, its precision.
  [[nodiscard]] const Engine& engine() const;

  /// One for each example, in their order. Texts that are too long are cut, passages read in
  /// windows. Throws InputError, naming the example, if an answer is not finite.
  [[nodiscard]] std::vector<Prediction> predict(const Examples& examples) const;
  /// How many of these examples would lose tokens.
  [[nodiscard]] Index cut(const Examples& examples) const;

 private:
  struct Parts;
  std::unique_ptr<const Parts> parts_;
};

}  // namespace electra
