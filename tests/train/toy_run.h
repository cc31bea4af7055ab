#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <fstream>

#include "electra/core/context.h"
#include "electra/core/random.h"
#include "electra/train/run.h"
#include "support/temporary_folder.h"

namespace electra::test {

/// The least that can be learned: one weight w, by the mean of (w - label)^2 / 2. For a CPU, whose
/// memory is the host's.
class Toy final : public Objective {
 public:
  static constexpr std::array<Figure, 2> table{
      {{.key = "distance", .title = "Distance", .label = "distance", .chart = "Distance"},
       {.key = "weight", .title = "Weight", .lines = Figure::Shown::evaluation}}};

  explicit Toy(ParameterStore& store)
      : weight_(ParameterScope(store, "toy", Network::none, 0).bias("weight", 1)) {}

  [[nodiscard]] std::span<const Figure> figures() const override { return table; }
  [[nodiscard]] std::span<const SumPiece> sums() const override { return pieces_; }
  void prepare(const StepTotals& totals, Index, Scalars& scalars) const override {
    scalars.set("scale", 1 / static_cast<double>(totals.of("one")));
  }
  void accumulate(Pass&, const MicroBatch& batch, StepState& state) const override {
    const float scale = *state.scalar("scale").data<float>();
    const auto labels = batch.column("label").span<std::int32_t>();
    for (const std::int32_t label : labels)
      *weight_.gradient.data<float>() += scale * (weight() - static_cast<float>(label));
    count(labels, state);
  }
  [[nodiscard]] FigureValues values(const HostSums& sums) const override {
    return {table,
            {ratio(sums.of("distance")[0], sums.of("examples")[0]), std::nullopt},
            static_cast<Index>(sums.of("examples")[0])};
  }
  [[nodiscard]] std::unique_ptr<Evaluation> evaluation() const override {
    return std::make_unique<Look>(*this);
  }
  [[nodiscard]] std::vector<Export> exports() const override {
    return {{"toy", [this](const std::filesystem::path& folder) {
               ++exported;
               std::filesystem::create_directories(folder);
               std::ofstream(folder / "weight.txt") << weight();
             }}};
  }

  [[nodiscard]] float weight() const { return *weight_.master.data<float>(); }
  void set_weight(float value) const { *weight_.master.data<float>() = value; }

  mutable int exported = 0;

 private:
  /// Says what the weight is, too, and that it is shown each micro-batch twice, here and there.
  class Look final : public Evaluation {
   public:
    explicit Look(const Toy& toy) : toy_(toy) {}
    void prepare(Scalars& scalars) const override { scalars.set("scale", 1); }
    void add(Pass& pass, const MicroBatch& batch, const HostBatch& host,
             StepState& state) override {
      const auto labels = batch.column("label").span<std::int32_t>();
      if (!std::ranges::equal(labels, host.column("label")) || pass.mode != Mode::inference ||
          batch.first != host.first)
        throw Error("an evaluation was shown two micro-batches as one");
      toy_.count(labels, state);
    }
    [[nodiscard]] FigureValues finish(const HostSums& sums) const override {
      FigureValues values = toy_.values(sums);
      values.set("weight", toy_.weight());
      return values;
    }

   private:
    const Toy& toy_;
  };

  void count(std::span<const std::int32_t> labels, StepState& state) const {
    float& distance = *state.of_step.of("distance").data<float>();
    for (const std::int32_t label : labels) {
      const float d = weight() - static_cast<float>(label);
      distance += d * d / 2;
    }
    *state.of_step.of("examples").data<std::int32_t>() += static_cast<std::int32_t>(labels.size());
  }

  const Parameter& weight_;
  std::array<SumPiece, 2> pieces_{
      {{"distance", SumPiece::Kind::sum, {1}}, {"examples", SumPiece::Kind::count, {1}}}};
};

/// Labels from 0 to 6 for each step, 3 on average, and a column of ones; texts of a single token.
class Labels final : public StepSource {
 public:
  explicit Labels(Index batch, int rank = 0, int ranks = 1)
      : batch_(batch), rank_(rank), ranks_(ranks) {}

  [[nodiscard]] StepBatch at(Index step) override {
    if (step == fails_at) throw IoError("no labels for step " + std::to_string(step));
    RandomStream random(3, Site{1}, 0, static_cast<std::uint32_t>(first + step));
    const auto count = static_cast<std::size_t>(batch_);
    HostBatch all{.length = 1,
                  .first = 0,
                  .ids = std::vector<std::int32_t>(count, 5),
                  .types = std::vector<std::int32_t>(count, 0),
                  .lengths = std::vector<std::int32_t>(count, 1),
                  .columns = {{"label", Column::Per::example, {}},
                              {"one", Column::Per::example, std::vector<std::int32_t>(count, 1)}}};
    for (Index i = 0; i < batch_; ++i)
      all.columns[0].values.push_back(static_cast<std::int32_t>(random.below(7)));
    const Index share = batch_ / ranks_;
    return {.batch = all.slice(rank_ * share, share),
            .totals = totals_of(all),
            .epoch = static_cast<double>(step + 1) / 10};
  }

  Index fails_at = -1;
  Index first = 0;  // what step 0 gives

 private:
  Index batch_;
  int rank_, ranks_;
};

/// A run of twelve steps that learns the toy, in a folder of its own; knows nothing of texts.
class ToyRun {
 public:
  ToyRun() {
    config.train = {.steps = 12, .batch = 4, .micro_batch = 0};
    config.schedule = {.peak = 0.1, .warmup = 2, .power = 1};
    config.log.every = 4;
    config.evaluate.every = 6;
    config.checkpoint.every = 5;
  }

  /// One attempt, with a store and an objective of its own.
  RunResult run(Start start = Start::fresh) {
    const auto alone = Communicator::single_process();
    const auto context = Context::create({}, {.threads = 1});
    return run(start, *alone, *context);
  }
  RunResult run(Start start, Communicator& ranks, Context& context) {
    if (start == Start::fresh && ranks.rank() == 0) folder.begin("{}");
    ranks.barrier();
    ParameterStore store;
    const Toy toy(store);
    store.allocate(context, Precision::f32);
    Run attempt(recipe(store, toy, ranks), config, folder, context, ranks, callbacks);
    const RunResult result = attempt.run(start);
    if (ranks.rank() == 0) exported = toy.exported;
    return result;
  }

  /// Asks the run to stop once it has taken this many steps.
  void stop_after(Index steps) {
    const auto reached = std::make_shared<std::atomic<bool>>(false);
    callbacks.stepped = [steps, reached](Index step) { *reached = step == steps; };
    callbacks.stop_requested = [reached] { return reached->load(); };
  }

  TemporaryFolder temporary;
  RunFolder folder{temporary / "run", {}, {"toy"}};
  RunConfig config;
  RunCallbacks callbacks;
  std::map<std::string, std::string, std::less<>> identity{{"labels_hash", "abc"}};
  float first_weight = 1;
  Index source_fails_at = -1;
  std::vector<std::filesystem::path> dressed;
  int exported = 0;  // times, by the last attempt

 private:
  [[nodiscard]] Recipe recipe(ParameterStore& store, const Toy& toy, const Communicator& ranks) {
    return {.task = "toy",
            .store = store,
            .objective = toy,
            .training =
                [this, &ranks] {
                  auto labels =
                      std::make_unique<Labels>(config.train.batch, ranks.rank(), ranks.size());
                  labels->fails_at = source_fails_at;
                  return labels;
                },
            .held_out =
                [this] {
                  auto labels = std::make_unique<Labels>(config.train.batch);
                  labels->first = 1001;
                  return HeldOut{std::move(labels), 2};
                },
            .first_weights = [this, &toy] { toy.set_weight(first_weight); },
            .dress = [this](const std::filesystem::path& path) { dressed.push_back(path); },
            .identity = identity,
            .notes = {{"note", "kept"}},
            .facts = LogRecord().add("objective", "toy")};
  }
};

}  // namespace electra::test
