#include "electra/train/run.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "electra/core/context.h"
#include "electra/core/error.h"
#include "electra/core/peak_memory.h"
#include "electra/data/prefetcher.h"
#include "electra/parallel/agreement.h"
#include "electra/report/report.h"
#include "electra/train/speedometer.h"
#include "electra/train/trainer.h"

namespace electra {

namespace {

using Clock = std::chrono::steady_clock;
using Vote = Agreement::Vote;

constexpr Index keep_all = 1000000000;
constexpr const char* owed = "owes_evaluation";  // in a checkpoint: its step was not evaluated

}  // namespace

struct Run::Parts {
  Parts(Recipe what, const RunConfig& run_config, const RunFolder& run_folder, Context& at,
        Communicator& group, const RunCallbacks& application)
      : recipe(std::move(what)),
        config(run_config),
        folder(run_folder),
        context(at),
        ranks(group),
        callbacks(application),
        agreement(at, group),
        trainer(recipe.store, recipe.objective, group, {run_config, recipe.rate_factor}) {}

  [[nodiscard]] bool leads() const { return ranks.rank() == 0; }
  void say(const std::string& text) const {
    if (leads() && callbacks.say) callbacks.say(text);
  }
  [[nodiscard]] double seconds() const {
    return std::chrono::duration<double>(Clock::now() - begin).count();
  }
  [[nodiscard]] Index log_every() const {
    constexpr Index lines = 20;
    return config.log.every > 0 ? config.log.every : std::max<Index>(1, config.train.steps / lines);
  }
  [[nodiscard]] Vote stop_vote() const {
    return callbacks.stop_requested && callbacks.stop_requested() ? Vote::yes : Vote::no;
  }

  // ---- where it starts

  void start(Start how) {
    if (how == Start::resume)
      resume();
    else
      make_first_weights();
    agreement.expect_same(std::to_string(trainer.next_step()), "steps to start from");
    if (!leads()) return;
    if (recipe.begun) recipe.begun();
    open_log(how);
  }

  void make_first_weights() {
    recipe.first_weights();
    if (const auto bad = recipe.store.first_non_finite_weight())
      throw TrainingError("the first weights: " + to_string(*bad));
  }

  void resume() {
    const LatestCheckpoint latest = latest_checkpoint(folder.checkpoints());
    for (const std::string& reason : latest.passed_over) say("passed over: " + reason);
    if (!latest.checkpoint)
      throw IoError(folder.checkpoints().string() + ": no complete checkpoint to resume from");
    check_identity(*latest.checkpoint);
    check_steps(*latest.checkpoint);
    say_other_platform(*latest.checkpoint);
    trainer.load(*latest.checkpoint);
    owes_evaluation = latest.checkpoint->state().contains(owed);
    say("resumed at step " + std::to_string(trainer.next_step()) + " from " +
        latest.checkpoint->path().string());
  }

  void check_identity(const Checkpoint& checkpoint) const {
    for (const auto& [name, value] : recipe.identity)
      if (checkpoint.text(name) != value)
        throw IoError(checkpoint.path().string() + ": was made with another " +
                      name.substr(0, name.find('_')) + " than " + folder.root.string() + " has");
  }

  void check_steps(const Checkpoint& checkpoint) const {
    if (checkpoint.step() > config.train.steps)
      throw ConfigError("train.steps: expected at least " + std::to_string(checkpoint.step()) +
                        ", the steps that " + checkpoint.path().string() + " has taken, found " +
                        std::to_string(config.train.steps));
  }

  /// Products of another library or card have other last bits. Older checkpoints do not name
  /// theirs.
  void say_other_platform(const Checkpoint& checkpoint) const {
    if (!checkpoint.state().contains("platform")) return;
    const std::string& before = checkpoint.text("platform");
    if (before != context.platform())
      say("the checkpoint is from " + before + ", this is " + context.platform() +
          ": the last bits of what follows may differ");
  }

  void open_log(Start how) {
    LogRecord& facts = recipe.facts;
    if (how == Start::fresh)
      log.emplace(RunLog::create(folder.root, facts, recipe.objective.figures()));
    else
      log.emplace(RunLog::resume(
          folder.root, facts, recipe.objective.figures(), trainer.next_step(),
          evaluates_again() ? TrainLog::Evaluation::repeated : TrainLog::Evaluation::done));
  }

  /// Whether the step that it goes on from is evaluated before another is taken.
  [[nodiscard]] bool evaluates_again() const {
    const Index step = trainer.next_step();
    return step == 0 || owes_evaluation || step >= config.train.steps;
  }

  // ---- steps

  [[nodiscard]] RunResult::End steps() {
    try {
      return take_steps();
    } catch (const Interrupted&) {  // between two steps
      return RunResult::End::interrupted;
    }
  }

  [[nodiscard]] RunResult::End take_steps() {
    begin = Clock::now();
    Prefetcher prefetcher(recipe.training(), trainer.next_step());
    Speedometer speed;
    const auto due = [&](Index every) { return every > 0 && trainer.next_step() % every == 0; };
    if (trainer.next_step() == 0 || owes_evaluation) evaluate();
    while (trainer.next_step() < config.train.steps && !owes_evaluation) {
      const StepBatch batch = prefetcher.next();
      ranks.begin_step(trainer.next_step());
      trainer.step(batch);
      if (leads() && callbacks.stepped) callbacks.stepped(trainer.next_step());
      const bool stop = agreement.any_before(stop_vote());
      speed.add(batch.totals.tokens, config.train.batch * batch.batch.length);
      if (due(log_every())) report(batch.epoch, speed);
      if (due(config.evaluate.every) && trainer.next_step() < config.train.steps) evaluate();
      if (due(config.checkpoint.every)) save();
      speed.pause();
      if (stop && trainer.next_step() < config.train.steps) return RunResult::End::interrupted;
    }
    return owes_evaluation ? RunResult::End::interrupted : RunResult::End::finished;
  }

  void report(double epoch, const Speedometer& speed) {
    const Index step = trainer.next_step();
    const Progress progress{
        .task = recipe.task,
        .step = step,
        .steps = config.train.steps,
        .epoch = epoch,
        .values = trainer.take_values(),
        .rate = trainer.last_rate(),
        .gradient_norm = trainer.last_gradient_norm(),
        .tokens_per_second = speed.tokens_per_second(),
        .tokens_per_second_padded = speed.padded_per_second(),
        .ms = speed.milliseconds(),
        .eta_seconds = speed.milliseconds() * 1e-3 * static_cast<double>(config.train.steps - step),
        .memory_bytes = peak_memory_bytes(),
        .skipped = trainer.skipped().total,
        .slow_products = static_cast<Index>(context.slow_products().size()),
        .world = ranks.size()};
    ranks.check();
    if (!leads()) return;
    say_slow_products();
    log->train(progress);
    if (callbacks.progress) callbacks.progress(progress);
  }

  /// Each once, when it is first met.
  void say_slow_products() {
    const auto slow = context.slow_products();
    for (const std::string& product : slow.subspan(slow_products_said))
      say("slow: cuBLASLt has no algorithm for the product " + product +
          ", so a plain kernel computes it");
    slow_products_said = slow.size();
  }

  /// It is owed if the run is asked to stop meanwhile.
  void evaluate() {
    const HeldOut held_out = recipe.held_out();
    owes_evaluation = true;
    try {
      evaluation = trainer.evaluate(*held_out.source, held_out.batches,
                                    [this] { return agreement.any(stop_vote()); });
    } catch (const Interrupted&) {
      return;
    }
    owes_evaluation = false;
    if (!leads()) return;
    say_slow_products();
    log->evaluation(trainer.next_step(), *evaluation);
    if (callbacks.evaluated) callbacks.evaluated(trainer.next_step(), *evaluation);
  }

  // ---- what is left

  void save() {
    trainer.wait();
    trainer.gather_sums();
    saved_at = trainer.next_step();
    if (leads()) write_checkpoint();
  }

  void write_checkpoint() {
    CheckpointWriter checkpoint(folder.checkpoints(), trainer.next_step());
    CheckpointState state{{"platform", context.platform()}};
    if (owes_evaluation) state[owed] = 1;
    state.insert(recipe.notes.begin(), recipe.notes.end());
    state.insert(recipe.identity.begin(), recipe.identity.end());
    trainer.save(checkpoint, state);
    checkpoint.commit(state, config.checkpoint.keep == 0 ? keep_all : config.checkpoint.keep);
  }

  [[nodiscard]] RunResult finish(RunResult::End end) {
    if (leads()) say_slow_products();
    const bool finished = end == RunResult::End::finished;
    if (saved_at != trainer.next_step()) save();
    if (finished) evaluate();
    if (owes_evaluation) end = RunResult::End::interrupted;
    if (leads()) {
      if (finished && !owes_evaluation) write_exports();
      end_log(end == RunResult::End::finished ? "finished" : "interrupted");
    }
    return {.end = end, .step = trainer.next_step(), .evaluation = evaluation};
  }

  void write_exports() const {
    for (const Export& each : recipe.objective.exports()) {
      const std::filesystem::path directory = folder.root / each.folder;
      each.write(directory);
      if (recipe.dress) recipe.dress(directory);
    }
  }

  void end_log(const char* reason) {
    log->end(reason, trainer.next_step(), seconds(), evaluation);
    write_report(folder.log(), folder.report());
  }

  Recipe recipe;
  const RunConfig& config;
  const RunFolder& folder;
  Context& context;
  Communicator& ranks;
  const RunCallbacks& callbacks;
  Agreement agreement;
  Trainer trainer;
  std::optional<RunLog> log;
  std::optional<FigureValues> evaluation;
  bool owes_evaluation = false;  // it was broken off; the first thing that a resume does
  Index saved_at = -1;
  std::size_t slow_products_said = 0;
  Clock::time_point begin = Clock::now();
};

Run::Run(Recipe recipe, const RunConfig& config, const RunFolder& folder, Context& context,
         Communicator& ranks, const RunCallbacks& callbacks)
    : parts_(
          std::make_unique<Parts>(std::move(recipe), config, folder, context, ranks, callbacks)) {}
Run::~Run() = default;

RunResult Run::run(Start start) {
  Parts& p = *parts_;
  p.start(start);
  try {
    return p.finish(p.steps());
  } catch (const std::exception& error) {
    if (p.log) p.log->end("error", p.trainer.next_step(), p.seconds(), p.evaluation, error.what());
    throw;
  }
}

}  // namespace electra
