#include "finetune/attempt.h"

#include <algorithm>
#include <cmath>

#include "electra/core/build_config.h"
#include "electra/core/error.h"
#include "electra/core/file.h"
#include "electra/core/host_copy.h"
#include "electra/core/quantity_text.h"
#include "electra/formats/hugging_face.h"
#include "electra/io/checkpoint.h"
#include "electra/io/config.h"
#include "electra/models/heads.h"
#include "electra/parallel/agreement.h"
#include "finetune/network_head.h"

namespace electra {

namespace {

constexpr Index evaluation_batch = 64;

/// A number's head begins with the mean of what it is to say, which else it would first have to
/// learn.
void start_from_mean(const TaskData& data, ParameterStore& store) {
  if (data.task->kind != TaskKind::regress) return;
  double sum = 0;
  for (const Example& example : data.training.examples.rows) sum += example.number;
  const auto mean = static_cast<float>(sum / static_cast<double>(data.training.size()));
  const TensorView bias = store.find("head/output/bias")->master;
  to_device(store.context(), std::span(&mean, 1), bias.slice(0, 1));
  store.update_values();
}

}  // namespace

Attempt::Attempt(const AttemptSetting& setting, std::uint64_t seed, std::uint64_t asked_seed,
                 Index restart)
    : setting_(setting),
      config_(setting.config),
      folder_(setting.folder.run(asked_seed, restart)),
      epoch_steps_(
          TrainingSource(setting.data, {.batch = setting.config.train.batch}).epoch_steps()) {
  config_.seed = seed;
  config_.schedule.peak /= std::pow(3.0, static_cast<double>(restart));
}

void Attempt::say(const std::string& text) const {
  if (leads() && setting_.callbacks.say) setting_.callbacks.say(text);
}

std::optional<AttemptResult> Attempt::result() const {
  const auto file = folder_.root / "result.json";
  if (!std::filesystem::exists(file)) return std::nullopt;
  return config_from_file<AttemptResult>(file);
}

std::filesystem::path Attempt::model() const {
  return folder_.root / (config_.keep == Keep::best ? "best" : "model");
}

Start Attempt::where_to_start() const {
  return list_checkpoints(folder_.checkpoints()).empty() ? Start::fresh : Start::resume;
}

/// The run's numbers follow from the task's: epochs and the examples that there are.
RunConfig Attempt::run_config() const {
  RunConfig run = config_;
  const Index steps = epoch_steps_ * config_.epochs;
  run.train.steps = steps;
  run.train.batch *= setting_.data.training.parts;
  run.schedule.warmup =
      std::max<Index>(1, static_cast<Index>(static_cast<double>(steps) * config_.warmup_share));
  run.evaluate.every = epoch_steps_;
  if (run.checkpoint.every == 0) run.checkpoint.every = epoch_steps_;
  return run;
}

StoredHead Attempt::head() const { return head_of(config_, setting_.data); }

TaskSourceOptions Attempt::source_options() const {
  return {.batch = config_.train.batch,
          .sort_window = config_.features.sort_window,
          .seed = config_.seed,
          .rank = setting_.ranks.rank(),
          .ranks = setting_.ranks.size()};
}

TaskSetup Attempt::setup() const {
  const std::optional<double>& threshold = config_.answers.null_threshold;
  const StoredHead own = head();
  return {.data = setting_.data,
          .network = setting_.network,
          .head = own,
          .answers = {.longest = own.max_answer_length,
                      .null_threshold = threshold.value_or(0),
                      .may_be_null = own.unanswerable},
          .choose_null_threshold = own.unanswerable && !threshold};
}

std::optional<AttemptResult> Attempt::run() {
  const RunConfig run = run_config();
  ParameterStore store;
  const auto objective = make_objective(store, setup());
  store.allocate(setting_.context, config_.precision);
  const Start start = where_to_start();
  if (leads() && start == Start::fresh) {
    if (folder_.has_only_begun()) folder_.begin_again();
    folder_.begin(config_to_json(config_));
  }
  setting_.ranks.barrier();
  AttemptWatch watch(setting_, config_, folder_, *objective, run.train.steps);
  if (start == Start::resume)
    if (const auto latest = latest_checkpoint(folder_.checkpoints()).checkpoint)
      watch.recall(latest->step());
  const RunCallbacks callbacks = watch.callbacks();
  RunResult result;
  try {
    result = Run(recipe(store, *objective, run), run, folder_, setting_.context, setting_.ranks,
                 callbacks)
                 .run(start);
  } catch (const TrainingError& error) {  // of several ranks, another one may be lost
    if (setting_.ranks.size() > 1) throw;
    return ended(watch, error.what());
  }
  Agreement agreement(setting_.context, setting_.ranks);
  const bool collapsed =
      agreement.any(watch.collapsed() ? Agreement::Vote::yes : Agreement::Vote::no);
  if (result.end == RunResult::End::interrupted && !collapsed) return std::nullopt;
  return ended(watch, watch.verdict());
}

AttemptResult Attempt::ended(const AttemptWatch& watch, const std::string& failure) {
  AttemptResult result = watch.kept();
  result.seed = config_.seed;
  result.rate = config_.schedule.peak;
  result.failure = failure;
  result.seconds = watch.seconds();
  const double tokens = static_cast<double>(setting_.data.training.tokens() * watch.steps()) /
                        static_cast<double>(epoch_steps_);
  result.tokens_per_second = result.seconds > 0 ? tokens / result.seconds : 0;
  if (leads()) {
    write_file(folder_.root / "result.json", config_to_json(result) + "\n");
    std::filesystem::remove_all(folder_.checkpoints());  // nothing goes on from them any more
  }
  setting_.ranks.barrier();
  return leads() ? result : this->result().value();  // rank 0 alone is told of evaluations
}

Recipe Attempt::recipe(ParameterStore& store, const TaskObjective& objective,
                       const RunConfig& run) {
  const TaskData& data = setting_.data;
  return {.task = data.task->name,
          .store = store,
          .objective = objective,
          .rate_factor =
              layer_decay(config_.layer_decay, setting_.network.layers, config_.layer_decay_form),
          .training = [this,
                       &data] { return std::make_unique<TrainingSource>(data, source_options()); },
          .held_out =
              [&data] {
                auto source =
                    std::make_unique<EvaluationSource>(data, data.evaluation, evaluation_batch);
                const Index batches = source->batches();
                return HeldOut{std::move(source), batches};
              },
          .first_weights =
              [this, &store, &objective, &data] {
                store.initialise(config_.seed, setting_.network.initializer_range);
                for (const std::string& line : describe(load_network(
                         config_.model, objective.model().parts(), store, HeadWeights::left_out)))
                  say(line);
                start_from_mean(data, store);
              },
          .identity = {{"data_hash", setting_.data_hash}},
          .facts = facts(store, run)};
}

LogRecord Attempt::facts(const ParameterStore& store, const RunConfig& run) const {
  const TaskData& data = setting_.data;
  LogRecord record;
  record.add("version", version)
      .add("task", data.task->name)
      .add("argv", setting_.arguments)
      .add("config_hash", config_hash(config_))
      .add("device", to_string(setting_.context.device()))
      .add("platform", setting_.context.platform())
      .add("threads", config_.threads)
      .add("world", setting_.ranks.size())
      .add("seed", config_.seed)
      .add("model", config_.model)
      .add("parameters", store.parameter_count())
      .add("steps", run.train.steps)
      .add("examples", data.training.size())
      .add("evaluation_examples", data.evaluation.size())
      .add("labels", data.labels.size());
  return record;
}

}  // namespace electra
