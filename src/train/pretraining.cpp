#include "electra/train/pretraining.h"

#include <algorithm>
#include <chrono>
#include <memory>

#include "electra/core/context.h"
#include "electra/core/error.h"
#include "electra/core/file.h"
#include "electra/data/loader.h"
#include "electra/data/prefetcher.h"
#include "electra/io/config.h"
#include "electra/io/report.h"
#include "electra/io/stored_parameters.h"
#include "electra/models/hugging_face.h"
#include "electra/models/tokenizer_files.h"
#include "electra/train/prepared_data.h"
#include "electra/train/speedometer.h"
#include "electra/train/trainer.h"
#include "train/agreement.h"
#include "train/initialization.h"
#include "train/stored_metrics.h"

namespace electra {

namespace {

using Clock = std::chrono::steady_clock;
using Vote = Agreement::Vote;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// One attempt at a run: everything that exists while steps are taken.
class Run {
 public:
  /// `remark` is what is to be said of the device.
  Run(const PretrainingOptions& options, const PretrainingCallbacks& callbacks, Context& context,
      Communicator& ranks, std::string remark)
      : options_(options),
        callbacks_(callbacks),
        config_(with_released_sizes(options.config)),
        folder_{options.out},
        context_(context),
        ranks_(ranks),
        remark_(std::move(remark)),
        agreement_(context, ranks),
        data_(prepare()),
        model_(store_, config_.model, config_.vocabulary.size) {
    store_.allocate(context_, config_.precision);
    objective_ = make_objective(model_, config_, special_ids(data_.vocabulary()));
  }

  PretrainingResult run() {
    agreement_.expect_same(config_hash(config_), "configurations (config_hash)");
    begin();
    agreement_.expect_same(std::to_string(trainer_->next_step()), "steps to start from");
    if (leads() && !options_.dump_examples.empty()) data_.dump(config_, options_.dump_examples);
    if (leads()) open_log();
    try {
      const auto end = take_steps();
      return finish(end);
    } catch (const Error& error) {
      if (log_) log_->end("error", trainer_->next_step(), seconds_since(start_), evaluation_);
      throw;
    }
  }

 private:
  [[nodiscard]] bool leads() const { return ranks_.rank() == 0; }
  [[nodiscard]] bool starts_anew() const {
    return options_.start == PretrainingOptions::Start::fresh;
  }

  [[nodiscard]] std::function<void(const std::string&)> say() const {
    return leads() && callbacks_.say ? callbacks_.say : [](const std::string&) {};
  }

  /// Rank 0 makes what is missing; the others then find it there.
  [[nodiscard]] PreparedData prepare() {
    if (!remark_.empty()) say()(remark_);  // no run takes to the CPU silently
    if (!leads()) ranks_.barrier();
    if (leads() && starts_anew()) {
      check_inputs(config_);
      folder_.begin(config_to_json(config_));
    }
    PreparedData data(config_, folder_.vocabulary(), folder_.tokens(), say());
    if (leads()) ranks_.barrier();
    return data;
  }

  /// At the newest checkpoint, or at step 0 with first weights.
  void begin() {
    if (options_.start == PretrainingOptions::Start::resume) {
      make_trainer();
      resume();
    } else {
      restart();
      if (options_.minutes) choose_steps(*options_.minutes);
    }
    if (leads()) write_file(folder_.config(), config_to_json(config_) + "\n");
  }

  void restart() {
    initialise(config_, store_);
    context_.zero(store_.moment_1());
    context_.zero(store_.moment_2());
    make_trainer();
  }

  void make_trainer() {
    trainer_ = std::make_unique<Trainer>(store_, *objective_, ranks_, config_);
    loader_ =
        std::make_unique<Loader>(data_.training_loader(config_, ranks_.rank(), ranks_.size()));
  }

  /// Takes steps for a while to see how fast they are, then starts over with as many as fit.
  void choose_steps(double minutes) {
    constexpr double enough = 5;  // seconds
    for (Index i = 0; i < 5; ++i) trainer_->step(loader_->at(i));
    trainer_->wait();
    const auto start = Clock::now();
    Index steps = 0;
    do {
      trainer_->step(loader_->at(5 + steps++));
    } while (!agreement_.any(seconds_since(start) < enough ? Vote::no : Vote::yes));
    trainer_->wait();
    const double each = seconds_since(start) / static_cast<double>(steps);
    config_.train.steps =
        agreement_.of_first(std::max<Index>(10, static_cast<Index>(minutes * 60 / each)));
    config_.schedule.warmup = std::min(config_.schedule.warmup, config_.train.steps / 5);
    config_.sampling.temperature_steps =
        std::min(config_.sampling.temperature_steps, config_.train.steps * 7 / 10);
    say()(std::to_string(config_.train.steps) + " steps take about " + duration_text(minutes * 60));
    restart();
  }

  [[nodiscard]] Vote stop_vote() const {
    return callbacks_.stop_requested && callbacks_.stop_requested() ? Vote::yes : Vote::no;
  }

  void open_log() {
    const RunLog::Facts facts{.arguments = options_.arguments,
                              .config_hash = config_hash(config_),
                              .device = to_string(context_.device()),
                              .device_remark = remark_,
                              .platform = context_.platform(),
                              .threads = config_.threads,
                              .world = ranks_.size(),
                              .seed = config_.seed,
                              .parameters = store_.parameter_count(),
                              .vocabulary = config_.vocabulary.size,
                              .steps = config_.train.steps,
                              .train_tokens = data_.training_tokens(),
                              .held_out_tokens = data_.held_out_tokens()};
    if (starts_anew())
      log_.emplace(RunLog::create(folder_.root, facts));
    else
      log_.emplace(RunLog::resume(folder_.root, facts, trainer_->next_step()));
  }

  void resume() {
    const LatestCheckpoint latest = latest_checkpoint(folder_.checkpoints());
    for (const std::string& reason : latest.passed_over) say()("passed over: " + reason);
    if (!latest.checkpoint)
      throw IoError(folder_.checkpoints().string() + ": no complete checkpoint to resume from");
    load(*latest.checkpoint);
    say()("resumed at step " + std::to_string(trainer_->next_step()) + " from " +
          latest.checkpoint->path().string());
  }

  void load(const Checkpoint& checkpoint) {
    if (checkpoint.text("vocabulary_hash") != vocabulary_hash())
      throw IoError(checkpoint.path().string() + ": was made with another vocabulary than " +
                    folder_.vocabulary().string());
    say_other_platform(checkpoint);
    load_parameters(checkpoint, store_);
    trainer_->resume_at(checkpoint.step(), {.total = checkpoint.integer("skipped"),
                                            .in_a_row = checkpoint.integer("skipped_in_a_row")});
    if (leads()) load_metrics(checkpoint, context_, trainer_->state().running);
  }

  /// Products of another library or card have other last bits. Older checkpoints do not name
  /// theirs.
  void say_other_platform(const Checkpoint& checkpoint) const {
    if (!checkpoint.state().contains("platform")) return;
    const std::string& before = checkpoint.text("platform");
    if (before != context_.platform())
      say()("the checkpoint is from " + before + ", this is " + context_.platform() +
            ": the last bits of what follows may differ");
  }

  [[nodiscard]] std::string vocabulary_hash() const {
    return std::to_string(data_.vocabulary().hash());
  }

  /// The metrics since the last line of the log, of all ranks, become rank 0's: it alone saves.
  void gather_metrics() {
    const MetricSums& sums = trainer_->state().running;
    for (const TensorView& view : {sums.loss, sums.count, sums.histogram})
      ranks_.all_reduce_sum(context_, view);
    if (!leads()) trainer_->state().clear(sums);
    ranks_.barrier();
  }

  void save() {
    trainer_->wait();
    gather_metrics();
    saved_at_ = trainer_->next_step();
    if (leads()) write_checkpoint();
  }

  void write_checkpoint() {
    CheckpointWriter checkpoint(folder_.checkpoints(), trainer_->next_step());
    save_parameters(store_, checkpoint);
    save_metrics(trainer_->state().running, context_, checkpoint);
    const auto [total, in_a_row] = trainer_->state().read_skipped();
    const Index keep = config_.checkpoint.keep == 0 ? keep_all : config_.checkpoint.keep;
    checkpoint.commit({{"skipped", total},
                       {"skipped_in_a_row", in_a_row},
                       {"platform", context_.platform()},
                       {"config_hash", config_hash(config_)},
                       {"vocabulary_hash", vocabulary_hash()}},
                      keep);
  }

  PretrainingResult::End take_steps() {
    start_ = Clock::now();
    Prefetcher prefetcher(*loader_, trainer_->next_step());
    Speedometer speed;
    const auto due = [&](Index every) { return every > 0 && trainer_->next_step() % every == 0; };
    if (trainer_->next_step() == 0) evaluate();
    while (trainer_->next_step() < config_.train.steps) {
      const StepExamples examples = prefetcher.next();
      ranks_.begin_step(trainer_->next_step());
      trainer_->step(examples);
      const bool stop = agreement_.any_last_time(stop_vote());
      speed.add(examples.totals.tokens, config_.train.batch * config_.data.length);
      if (due(config_.log.every)) report(examples.epoch, speed);
      if (due(config_.evaluate.every) && trainer_->next_step() < config_.train.steps) evaluate();
      if (due(config_.checkpoint.every)) save();
      speed.pause();
      if (stop) return PretrainingResult::End::interrupted;
    }
    return PretrainingResult::End::finished;
  }

  void report(double epoch, const Speedometer& speed) {
    const Index step = trainer_->next_step();
    const Progress progress{.step = step,
                            .steps = config_.train.steps,
                            .epoch = epoch,
                            .metrics = trainer_->take_metrics(),
                            .rate = trainer_->last_rate(),
                            .gradient_norm = trainer_->last_gradient_norm(),
                            .tokens_per_second = speed.tokens_per_second(),
                            .tokens_per_second_padded = speed.padded_per_second(),
                            .ms = speed.milliseconds(),
                            .eta_seconds = speed.milliseconds() * 1e-3 *
                                           static_cast<double>(config_.train.steps - step),
                            .memory_bytes = peak_memory_bytes(),
                            .skipped = trainer_->state().read_skipped().total,
                            .slow_products = static_cast<Index>(context_.slow_products().size()),
                            .world = ranks_.size()};
    ranks_.check();
    if (!leads()) return;
    say_slow_products();
    log_->train(progress);
    if (callbacks_.progress) callbacks_.progress(progress);
  }

  /// Each once, when it is first met.
  void say_slow_products() {
    const auto slow = context_.slow_products();
    for (const std::string& product : slow.subspan(slow_products_said_))
      say()("slow: cuBLASLt has no algorithm for the product " + product +
            ", so a plain kernel computes it");
    slow_products_said_ = slow.size();
  }

  void evaluate() {
    evaluation_ = trainer_->evaluate(data_.held_out_batches(config_));
    if (!leads()) return;
    log_->evaluation(trainer_->next_step(), *evaluation_);
    if (callbacks_.evaluated) callbacks_.evaluated(trainer_->next_step(), *evaluation_);
  }

  PretrainingResult finish(PretrainingResult::End end) {
    const bool finished = end == PretrainingResult::End::finished;
    if (saved_at_ != trainer_->next_step()) save();
    if (finished) {
      evaluate();
      if (leads()) export_pair();
    }
    if (leads()) end_log(finished ? "finished" : "interrupted");
    return {.end = end, .step = trainer_->next_step(), .evaluation = evaluation_};
  }

  void end_log(const char* reason) {
    log_->end(reason, trainer_->next_step(), seconds_since(start_), evaluation_);
    write_report(folder_.log(), folder_.report());
  }

  void export_pair() {
    for (const auto& [network, directory] :
         {std::pair{Network::generator, folder_.generator()},
          std::pair{Network::discriminator, folder_.discriminator()}}) {
      save_network(directory, network, config_.model, config_.vocabulary.size, store_);
      save_tokenizer(directory, data_.vocabulary(), wordpiece_options(config_.vocabulary),
                     config_.model.positions);
    }
  }

  static constexpr Index keep_all = 1000000000;

  const PretrainingOptions& options_;
  const PretrainingCallbacks& callbacks_;
  RunConfig config_;
  RunFolder folder_;
  Context& context_;
  Communicator& ranks_;
  std::string remark_;
  Agreement agreement_;
  PreparedData data_;
  ParameterStore store_;
  Electra model_;
  std::unique_ptr<Objective> objective_;
  std::unique_ptr<Trainer> trainer_;
  std::unique_ptr<Loader> loader_;
  std::optional<RunLog> log_;
  std::optional<PretrainingMetrics> evaluation_;
  Index saved_at_ = -1;
  std::size_t slow_products_said_ = 0;
  Clock::time_point start_ = Clock::now();
};

}  // namespace

PretrainingResult pretrain(const PretrainingOptions& options,
                           const PretrainingCallbacks& callbacks) {
  const RunConfig& config = options.config;
  const Launch launch = options.launch ? *options.launch : discover_launch();
  check(config);
  const RunFolder folder{options.out};
  if (options.start == PretrainingOptions::Start::fresh)
    folder.check_free();
  else if (list_checkpoints(folder.checkpoints()).empty())
    throw IoError(folder.checkpoints().string() + ": no complete checkpoint to resume from");
  DeviceChoice choice = choose_device(config.device);
  if (launch.size > 1) choice.device = device_of(launch, config.device);
  const auto context = Context::create(choice.device, {.threads = config.threads});
  const std::chrono::duration<double> deadline(config.ranks.deadline);
  const auto ranks =
      Communicator::join(launch, *context,
                         {.deadline = std::chrono::ceil<std::chrono::milliseconds>(deadline),
                          .reports = folder.ranks()});
  try {
    return Run(options, callbacks, *context, *ranks, choice.remark).run();
  } catch (const std::exception& error) {
    ranks->abort(error.what());
    throw;
  }
}

}  // namespace electra
