#include "electra/pretrain/pretraining.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <memory>

#include "electra/core/build_config.h"
#include "electra/core/context.h"
#include "electra/core/error.h"
#include "electra/core/file.h"
#include "electra/core/folder_lock.h"
#include "electra/core/quantity_text.h"
#include "electra/formats/tokenizer_files.h"
#include "electra/io/config.h"
#include "electra/parallel/agreement.h"
#include "electra/pretrain/objectives.h"
#include "electra/pretrain/prepared_text.h"
#include "electra/train/trainer.h"
#include "pretrain/initialization.h"
#include "pretrain/run_plan.h"
#include "train/rank_place.h"

namespace electra {

namespace {

using Clock = std::chrono::steady_clock;
using Vote = Agreement::Vote;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// One rank's part of a pretraining run: makes what a run needs, in this order: data, networks,
/// number of steps, the configuration as it was resolved.
class Pretraining {
 public:
  /// `remark` is what is to be said of the device.
  Pretraining(const PretrainingOptions& options, RunPlan plan, const RunCallbacks& callbacks,
              Context& context, Communicator& ranks, std::string remark)
      : options_(options),
        plan_(std::move(plan)),
        callbacks_(callbacks),
        folder_(options.out),
        start_(folder_.has_only_begun() ? Start::fresh : options.start),
        context_(context),
        ranks_(ranks),
        remark_(std::move(remark)),
        agreement_(context, ranks),
        config_(starts_anew() ? with_inputs(plan_.config) : plan_.config) {}

  RunResult run() {
    if (!remark_.empty()) say(remark_);  // no run takes to the CPU silently
    for (const std::string& remark : plan_.remarks) say(remark);
    prepare_data();
    agreement_.expect_same(config_hash(config_), "configurations (config_hash)");
    if (starts_anew() && options_.minutes) choose_steps(*options_.minutes, options_.measured);
    objective_ = make_objective(store_, config_, data_->vocabulary().special_ids());
    store_.allocate(context_, config_.precision);
    introduce();
    return Run(recipe(), config_, folder_, context_, ranks_, callbacks_).run(start_);
  }

 private:
  [[nodiscard]] bool leads() const { return ranks_.rank() == 0; }
  /// From step 0: a new run, or one that was ended before its first checkpoint.
  [[nodiscard]] bool starts_anew() const { return start_ == Start::fresh; }
  void say(const std::string& text) const {
    if (leads() && callbacks_.say) callbacks_.say(text);
  }

  /// Rank 0 makes what is missing; the others then find it there.
  void prepare_data() {
    if (!leads()) ranks_.barrier();
    if (leads()) begin_folder();
    data_.emplace(
        config_, folder_.vocabulary(), folder_.tokens(),
        [this](const std::string& text) { say(text); }, callbacks_.stop_requested);
    config_.vocabulary.size = data_->vocabulary_rows();
    if (leads()) ranks_.barrier();
  }

  void begin_folder() const {
    if (options_.start == Start::fresh) {
      check_inputs(config_);
      const std::string& prepared = config_.data.prepared;
      for (const std::filesystem::path& input :
           {std::filesystem::path(config_.data.corpus),
            std::filesystem::path(config_.vocabulary.file),
            prepared.empty() ? std::filesystem::path() : PreparedText{prepared}.tokens()})
        folder_.check_apart(input);
      folder_.begin(config_to_json(config_));
      return;
    }
    check_same_corpus(
        config_, plan_.corpus_before, folder_.corpus_record(),
        [this](const std::string& text) { say(text); }, callbacks_.stop_requested);
    if (!starts_anew()) return;
    say("the run was ended before its first checkpoint: it begins again at step 0");
    folder_.begin_again();
  }

  /// All ranks stop here together, or none.
  void stop_if_asked() {
    const bool asked = callbacks_.stop_requested && callbacks_.stop_requested();
    if (agreement_.any(asked ? Vote::yes : Vote::no)) throw Interrupted();
  }

  /// For waits that several ranks do not end together.
  [[nodiscard]] StopRequest stop_of_one_rank() const {
    return ranks_.size() == 1 ? callbacks_.stop_requested : StopRequest();
  }

  /// One block of what the run is made of, before its first step.
  void introduce() const {
    for (const std::string& line : data_->description()) say(line);
    const TrainConfig& train = config_.train;
    const double tokens = static_cast<double>(train.steps * train.batch * config_.data.length);
    const double epochs = tokens / static_cast<double>(data_->training_tokens());
    say(count_text(train.steps) + " steps of " + count_text(train.batch) + " x " +
        count_text(config_.data.length) + " tokens, about " + times_text(epochs) +
        " times the text; warm-up " + count_text(config_.schedule.warmup) + " steps");
    for (const std::string& remark : remarks_on(config_)) say(remark);
  }

  /// Takes steps for `measured` seconds to see how fast they are, and as many as fit are the run's.
  /// With networks of its own: those of the run are made of the configuration that comes of it.
  void choose_steps(double minutes, double measured) {
    constexpr Index unmeasured = 5;
    ParameterStore store;
    const auto objective = make_objective(store, config_, data_->vocabulary().special_ids());
    store.allocate(context_, config_.precision);
    initialise(config_, store, HeadWeights::if_stored);
    Trainer trainer(store, *objective, ranks_, config_);
    Loader loader = data_->training_loader(config_, ranks_.rank(), ranks_.size());
    for (Index i = 0; i < unmeasured; ++i) {
      trainer.step(loader.at(i));
      stop_if_asked();
    }
    trainer.wait();
    const auto start = Clock::now();
    Index steps = 0;
    do {
      trainer.step(loader.at(unmeasured + steps++));
      stop_if_asked();
    } while (!agreement_.any(seconds_since(start) < measured ? Vote::no : Vote::yes));
    trainer.wait();
    const double each = seconds_since(start) / static_cast<double>(steps);
    constexpr double most = std::numeric_limits<std::int32_t>::max();  // that a device counts to
    const auto fit = static_cast<Index>(std::min(minutes * 60 / each, most));
    config_.train.steps = agreement_.of_rank_0(std::max<Index>(10, fit));
    config_.schedule.warmup = std::min(config_.schedule.warmup, config_.train.steps / 5);
    config_.sampling.temperature_steps =
        std::min(config_.sampling.temperature_steps, config_.train.steps * 7 / 10);
    say(std::to_string(config_.train.steps) + " steps take about " + duration_text(minutes * 60));
  }

  [[nodiscard]] Recipe recipe() {
    return {.task = "pretrain",
            .store = store_,
            .objective = *objective_,
            .training =
                [this] {
                  return std::make_unique<Loader>(data_->training_loader(
                      config_, ranks_.rank(), ranks_.size(), stop_of_one_rank()));
                },
            .held_out = [this] { return data_->held_out(config_); },
            .first_weights = [this] { initialise(config_, store_, HeadWeights::if_stored); },
            .begun = [this] { record(); },
            .dress = [this](const std::filesystem::path& directory) { dress(directory); },
            .identity = {{"vocabulary_hash", std::to_string(data_->vocabulary().hash())}},
            .notes = notes(),
            .facts = facts()};
  }

  void dress(const std::filesystem::path& directory) const {
    const WordpieceOptions text = wordpiece_options(config_.vocabulary);
    save_tokenizer(directory, data_->vocabulary(), text, config_.model.positions,
                   data_->added_tokens());
    for (const std::string& line : differences_of_transformers(text, data_->vocabulary()))
      say(directory.string() + ": " + line);
  }

  /// Once nothing refuses to begin or to go on any more.
  void record() const {
    write_file(folder_.config(), config_to_json(config_) + "\n");
    if (!options_.dump_examples.empty()) data_->dump(config_, options_.dump_examples);
  }

  [[nodiscard]] CheckpointState notes() const {
    RunOrigin origin = plan_.origin;
    origin.used = config_;
    CheckpointState state = state_of(origin);
    state["config_hash"] = config_hash(config_);
    return state;
  }

  [[nodiscard]] LogRecord facts() const {
    LogRecord record;
    record.add("version", version)
        .add("task", "pretraining")
        .add("argv", options_.arguments)
        .add("config_hash", config_hash(config_))
        .add("device", to_string(context_.device()));
    if (!remark_.empty()) record.add("device_remark", remark_);
    record.add("platform", context_.platform())
        .add("threads", config_.threads)
        .add("world", ranks_.size())
        .add("seed", config_.seed)
        .add("objective", config_.objective)
        .add("parameters", store_.parameter_count())
        .add("vocabulary", config_.vocabulary.size)
        .add("steps", config_.train.steps)
        .add("train_tokens", data_->training_tokens())
        .add("held_out_tokens", data_->held_out_tokens())
        .add("data", data_->facts());
    return record;
  }

  const PretrainingOptions& options_;
  RunPlan plan_;
  const RunCallbacks& callbacks_;
  PretrainFolder folder_;
  Start start_;  // of the training
  Context& context_;
  Communicator& ranks_;
  std::string remark_;
  Agreement agreement_;
  PretrainConfig config_;
  std::optional<PreparedData> data_;
  ParameterStore store_;
  std::unique_ptr<Objective> objective_;
};

FolderLock::Options lock_options(const RunCallbacks& callbacks) {
  return {.say = callbacks.say, .stop = callbacks.stop_requested};
}

RunResult pretrain_as(const Launch& launch, const PretrainingOptions& options,
                      const RunCallbacks& callbacks) {
  if (options.minutes) check_range("minutes", *options.minutes, above(0));
  const PretrainFolder folder(options.out);
  std::optional<FolderLock> lock;
  if (launch.leads()) lock.emplace(options.out, lock_options(callbacks));
  check_folder(folder, options.start);
  RunPlan plan = plan_of(options, folder);
  const PretrainConfig config = plan.config;
  check_objective(config.objective);
  (void)micro_batch_of(config, launch.size);
  const RankPlace place(launch, config, folder.ranks(), callbacks.stop_requested);
  if (!options.launch && launch.leads() && callbacks.say)
    for (const std::string& warning : launch.warnings) callbacks.say(warning);
  return place.run([&] {
    return Pretraining(options, std::move(plan), callbacks, place.context(), place.ranks(),
                       place.remark())
        .run();
  });
}

}  // namespace

RunResult pretrain(const PretrainingOptions& options, const RunCallbacks& callbacks) {
  const Launch launch = options.launch ? *options.launch : discover_launch();
  try {
    return pretrain_as(launch, options, callbacks);
  } catch (const Interrupted&) {
    return {.end = RunResult::End::interrupted};
  } catch (const TrainingError&) {  // by another rank, which was asked to stop, too
    if (!ended_while_stopping(launch, callbacks.stop_requested)) throw;
    return {.end = RunResult::End::interrupted};
  }
}

}  // namespace electra
