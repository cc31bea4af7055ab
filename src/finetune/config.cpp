#include "electra/finetune/config.h"

#include <algorithm>

#include "electra/core/error.h"
#include "electra/core/fields.h"
#include "electra/tasks/task.h"

namespace electra {

namespace {

/// What small encoders need more of (docs/finetuning.md has where these come from).
double usual_rate(const NetworkConfig& encoder, TaskKind task) {
  if (encoder.hidden <= 256 && encoder.layers <= 4) return 5e-4;  // tiny and mini
  if (encoder.hidden <= 256) return 3e-4;                         // small
  if (encoder.hidden >= 1024) return 5e-5;                        // large
  return task == TaskKind::tag && encoder.layers < 12 ? 3e-4 : 1e-4;
}

double usual_layer_decay(const NetworkConfig& encoder) {
  if (encoder.layers < 4) return 1;
  return encoder.hidden >= 1024 ? 0.9 : 0.8;
}

/// What a run has, but a fine-tuning run decides itself.
void follows(const std::string& path, Index value, const std::string& from_what) {
  if (value != 0)
    throw ConfigError(path + ": expected 0, found " + std::to_string(value) +
                      ": in fine-tuning it follows " + from_what);
}

}  // namespace

std::span<const std::string_view> enum_names(HeadForm) {
  static constexpr std::array<std::string_view, 2> names{"hugging_face", "reference"};
  return names;
}

std::span<const std::string_view> enum_names(Keep) {
  static constexpr std::array<std::string_view, 2> names{"last", "best"};
  return names;
}

std::span<const std::string_view> enum_names(ClassWeights) {
  static constexpr std::array<std::string_view, 2> names{"none", "balanced"};
  return names;
}

FinetuneConfig finetune_defaults(std::string_view task, const NetworkConfig& encoder,
                                 Index examples) {
  constexpr Index few = 3000;
  const TaskInfo& info = task_named(task);
  FinetuneConfig config;
  config.task = task;
  config.epochs = examples < few && info.kind != TaskKind::answer ? 10 : info.epochs;
  config.features.length = std::min(info.length, encoder.positions);
  config.features.stride = std::min(info.stride, config.features.length / 3);
  config.layer_decay = usual_layer_decay(encoder);
  config.optimizer = {.weight_decay = 0, .bias_correction = true};
  config.schedule = {.peak = usual_rate(encoder, info.kind),
                     .warmup = 0,
                     .form = LearningRate::Schedule::trapezoid};
  config.train = {.steps = 0, .batch = 32};
  config.evaluate.every = 0;
  config.checkpoint = {.every = 0, .keep = 1};
  config.log.every = 0;
  return config;
}

void check(const FinetuneConfig& config) {
  const TaskKind task = task_named(config.task).kind;
  check_ranges(config);
  follows("train.steps", config.train.steps, "from epochs, train.batch and the examples");
  follows("schedule.warmup", config.schedule.warmup, "from warmup_share and the steps");
  follows("evaluate.every", config.evaluate.every, "from the examples: every epoch is evaluated");
  follows("evaluate.batches", config.evaluate.batches, "from the evaluation file: all of it");
  if (config.files.train.empty())
    throw ConfigError("files.train: expected a file of examples, found none");
  if (config.files.evaluate.empty())
    throw ConfigError("files.evaluate: expected a file of examples, found none");
  if (config.model.empty())
    throw ConfigError("model: expected the directory of an encoder, found none");
  if (config.head.class_weights == ClassWeights::balanced && task != TaskKind::classify &&
      task != TaskKind::tag)
    throw ConfigError("head.class_weights: expected none for the task " + config.task +
                      ", found balanced");
  if (task == TaskKind::answer && config.features.stride >= config.features.length)
    throw ConfigError("features.stride: expected less than features.length = " +
                      std::to_string(config.features.length) + ", found " +
                      std::to_string(config.features.stride));
  if (task == TaskKind::embed && config.train.micro_batch != 0)
    throw ConfigError(
        "train.micro_batch: expected 0 for the task embed, whose texts are each other's "
        "negatives, found " +
        std::to_string(config.train.micro_batch));
}

}  // namespace electra
