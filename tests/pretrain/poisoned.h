#pragma once

#include <catch2/catch.hpp>
#include <chrono>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>

#include "electra/core/error.h"
#include "electra/core/file.h"
#include "electra/pretrain/presets.h"
#include "electra/train/run.h"
#include "support/temporary_folder.h"
#include "train/small_run.h"

namespace electra::test {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

enum class When : std::uint8_t { training, evaluation };

/// What is spoiled, and when: one sum on the device, or one figure.
struct Poison {
  When when = When::training;
  std::string sum = {};
  Index place = 0;
  std::string figure = {};
  double value = not_a_number;
  bool no_figures = false;  // whether no figure shows it

  void spoil(When now, StepState& state) const {
    if (now == when && !sum.empty())
      state.of_step.of(sum).span<float>()[static_cast<std::size_t>(place)] =
          static_cast<float>(value);
  }
  [[nodiscard]] FigureValues spoiled(When now, FigureValues values) const {
    if (now == when && !figure.empty()) values.set(figure, value);
    for (const Figure& each : values.figures())
      if (no_figures) values.set(each.key, std::nullopt);
    return values;
  }
};

/// An objective whose sums or figures are spoiled.
class Poisoned final : public Objective {
 public:
  Poisoned(const Objective& of, Poison poison) : of_(of), poison_(std::move(poison)) {}

  [[nodiscard]] std::span<const Figure> figures() const override { return of_.figures(); }
  [[nodiscard]] std::span<const SumPiece> sums() const override { return of_.sums(); }
  void prepare(const StepTotals& totals, Index step, Scalars& scalars) const override {
    of_.prepare(totals, step, scalars);
  }
  void accumulate(Pass& pass, const MicroBatch& batch, StepState& state) const override {
    of_.accumulate(pass, batch, state);
    poison_.spoil(When::training, state);
  }
  [[nodiscard]] FigureValues values(const HostSums& sums) const override {
    return poison_.spoiled(When::training, of_.values(sums));
  }
  [[nodiscard]] std::unique_ptr<Evaluation> evaluation() const override {
    return std::make_unique<Look>(of_.evaluation(), poison_);
  }
  [[nodiscard]] std::vector<Export> exports() const override { return {}; }

 private:
  class Look final : public Evaluation {
   public:
    Look(std::unique_ptr<Evaluation> of, const Poison& poison)
        : of_(std::move(of)), poison_(poison) {}
    void prepare(Scalars& scalars) const override { of_->prepare(scalars); }
    void add(Pass& pass, const MicroBatch& batch, const HostBatch& host,
             StepState& state) override {
      of_->add(pass, batch, host, state);
      poison_.spoil(When::evaluation, state);
    }
    [[nodiscard]] FigureValues finish(const HostSums& sums) const override {
      return poison_.spoiled(When::evaluation, of_->finish(sums));
    }

   private:
    std::unique_ptr<Evaluation> of_;
    const Poison& poison_;
  };

  const Objective& of_;
  Poison poison_;
};

class Examples final : public StepSource {
 public:
  explicit Examples(PretrainConfig config) : config_(std::move(config)) {}
  [[nodiscard]] StepBatch at(Index step) override {
    return random_examples(config_, static_cast<std::uint32_t>(step));
  }

 private:
  PretrainConfig config_;
};

/// Six steps of the preset tiny on a few short sequences.
inline PretrainConfig tiny_config() {
  PretrainConfig config = pretrain_preset("tiny");
  config.data.length = 16;
  config.train = {.steps = 6, .batch = 2, .micro_batch = 0};
  config.schedule.warmup = 0;
  config.log.every = 2;
  config.evaluate.every = 3;
  config.checkpoint.every = 4;
  config.threads = 1;
  config.device = "cpu";
  return config;
}

/// A whole run in a folder of its own; what it ends with.
class Poisonable {
 public:
  std::string message(const std::function<void(ParameterStore&)>& first = {}) {
    const auto begin = std::chrono::steady_clock::now();
    folder.begin("{}");
    const auto context = Context::create({}, {.threads = 1});
    const auto alone = Communicator::single_process();
    ParameterStore store;
    const auto objective = make_objective(store, config, SpecialIds{});
    const Poisoned poisoned(*objective, poison);
    store.allocate(*context, config.precision);
    callbacks.stop_requested = [&, taken = Index{0}]() mutable {
      if (++taken == spoils_after && spoil) spoil(store);
      return false;
    };
    electra::Run run({.task = "poison",
                      .store = store,
                      .objective = poisoned,
                      .training = [&] { return std::make_unique<Examples>(config); },
                      .held_out =
                          [&] {
                            return HeldOut{std::make_unique<Examples>(config), 1};
                          },
                      .first_weights =
                          [&] {
                            store.initialise(1, 0.06F);
                            if (first) first(store);
                          },
                      .identity = {}},
                     config, folder, *context, *alone, callbacks);
    const std::string text = message_of<TrainingError>([&] { (void)run.run(Start::fresh); });
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(10));
    return text;
  }
  [[nodiscard]] nlohmann::json last_line() const {
    std::istringstream text(read_file(folder.log()));
    std::string last;
    for (std::string line; std::getline(text, line);) last = line;
    return nlohmann::json::parse(last);
  }

  PretrainConfig config = tiny_config();
  Poison poison;
  std::function<void(ParameterStore&)> spoil = {};  // once so many steps are taken
  Index spoils_after = 1;

 private:
  TemporaryFolder temporary_;
  RunFolder folder{temporary_ / "run", {}, {}};
  RunCallbacks callbacks;
};

}  // namespace electra::test
