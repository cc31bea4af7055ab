// NaN and infinity, put in turn into every weight, sum and figure of a run, end it by name.

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
#include "pretrain/tiny_run.h"

using namespace electra;
using namespace electra::test;
using Catch::Contains;
using Catch::Matchers::StartsWith;

namespace {

namespace fs = std::filesystem;

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

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
PretrainConfig tiny_config() {
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

std::vector<std::string> weights(const PretrainConfig& config) {
  ParameterStore store;
  const auto objective = make_objective(store, config, SpecialIds{});
  std::vector<std::string> names;
  for (const Parameter& parameter : store.parameters()) names.push_back(parameter.name);
  return names;
}

/// The last value: of the table of places one that no step reads.
void set_last(ParameterStore& store, const std::string& name, double value) {
  const Parameter& parameter = *store.find(name);
  parameter.master.span<float>()[static_cast<std::size_t>(parameter.shape.size()) - 1] =
      static_cast<float>(value);
}

/// Writes a checkpoint anew with one value changed, so that its checksums fit.
void change(const Checkpoint& checkpoint, const std::string& changed_file, const std::string& name,
            float value) {
  CheckpointWriter writer(checkpoint.path().parent_path(), checkpoint.step());
  std::vector<SafetensorsFile> files;
  std::vector<std::byte> bytes;
  for (const char* file : {"parameters", "moment_1", "moment_2", "metrics"}) {
    files.push_back(checkpoint.tensors(file));
    SafetensorsWriter tensors;
    for (StoredTensor tensor : files.back().tensors()) {
      if (file == changed_file && tensor.name == name) {
        bytes.assign(tensor.bytes.begin(), tensor.bytes.end());
        std::memcpy(bytes.data(), &value, sizeof value);
        tensor.bytes = bytes;
      }
      tensors.add(tensor);
    }
    writer.write(file, tensors);
  }
  (void)writer.commit(checkpoint.state(), 9);
}

}  // namespace

TEST_CASE("NaN or infinity in any first weight begins no run, and names it", "[non_finite][law]") {
  const std::vector<std::string> names = weights(tiny_config());
  REQUIRE(names.size() > 40);
  for (const std::string& name : names)
    for (const double value : {not_a_number, -infinity}) {
      INFO(name << " " << value);
      const std::string message =
          Poisonable().message([&](ParameterStore& store) { set_last(store, name, value); });
      CHECK_THAT(message, StartsWith("the first weights: " + name + ": ") &&
                              Contains(std::isnan(value) ? ": nan at [" : ": -inf at ["));
    }
}

TEST_CASE("NaN or infinity that comes into any weight ends the run, and names it",
          "[non_finite][law]") {
  for (const std::string& name : weights(tiny_config()))
    for (const double value : {not_a_number, infinity}) {
      INFO(name << " " << value);
      Poisonable run;
      run.spoil = [&](ParameterStore& store) { set_last(store, name, value); };
      const std::string message = run.message();
      CHECK_THAT(message, Contains(name + ": "));
      CHECK(run.last_line().at("reason") == "error");
      CHECK(run.last_line().at("error") == message);
    }
}

TEST_CASE("a weight that no step reads is found before the next checkpoint is written",
          "[non_finite][law]") {
  Poisonable run;
  run.spoil = [](ParameterStore& store) {
    set_last(store, "shared/embeddings/position", not_a_number);
  };
  CHECK_THAT(run.message(), Contains("checkpoint-4: not written: parameters of "
                                     "shared/embeddings/position: nan at [511, 63]"));
}

TEST_CASE("a sum or a figure that is not finite ends the run, and is named", "[non_finite][law]") {
  const PretrainConfig config = tiny_config();
  ParameterStore store;
  const auto objective = make_objective(store, config, SpecialIds{});
  std::vector<std::pair<Poison, std::string>> cases;
  for (const When when : {When::training, When::evaluation})
    for (const double value : {not_a_number, infinity, -infinity}) {
      for (const Figure& figure : objective->figures())
        cases.push_back({{.when = when, .figure = std::string(figure.key), .value = value},
                         std::string(figure.key)});
      const char* of_loss[] = {"mlm_loss", "disc_loss"};
      for (const SumPiece& piece : objective->sums())
        for (Index place = 0; piece.kind == SumPiece::Kind::sum && place < piece.shape.size();
             ++place)
          cases.push_back(
              {{.when = when, .sum = piece.name, .place = place, .value = value}, of_loss[place]});
    }
  CHECK(cases.size() == 6 * (9 + 2));
  for (const auto& [poison, name] : cases) {
    INFO(poison.sum << poison.place << " " << poison.figure << " " << poison.value);
    Poisonable run;
    run.poison = poison;
    const std::string message = run.message();
    const bool held_out = poison.when == When::evaluation;
    CHECK_THAT(message, StartsWith(held_out ? "held out at step 0: " : "step 2: ") &&
                            Contains(name + " is not finite (" + number_text(poison.value) + ")"));
    CHECK(run.last_line().at("error") == message);
    CHECK(run.last_line().at("reason") == "error");
  }
}

TEST_CASE("a sum that is not finite ends the run although no figure shows it",
          "[non_finite][law]") {
  for (const When when : {When::training, When::evaluation}) {
    Poisonable run;
    run.poison = {.when = when, .sum = "loss", .place = 1, .no_figures = true};
    CHECK_THAT(run.message(), Contains("the sum loss[1] is not finite (nan)"));
  }
}

TEST_CASE("a checkpoint whose checksums fit and whose numbers are not finite is not resumed from",
          "[non_finite][law]") {
  TinyRun run;
  run.stop_after(6);
  run.run();
  run.do_not_stop();
  const std::string log = read_file(run.out().log()), config = read_file(run.out().config());
  const Checkpoint good = *latest_checkpoint(run.out().checkpoints()).checkpoint;
  REQUIRE(good.step() == 6);
  const std::string weight = "discriminator/head/score/weight";
  for (const char* file : {"parameters", "moment_1", "moment_2"}) {
    change(good, file, weight, std::numeric_limits<float>::quiet_NaN());
    CHECK_THAT(message_of<TrainingError>([&] { run.resume(); }),
               Contains("checkpoint-6/" + std::string(file) + ".safetensors") && Contains(weight) &&
                   Contains("nan at [0"));
    change(Checkpoint::open(good.path()), file, weight, 0);
  }
  change(good, "metrics", "loss", std::numeric_limits<float>::infinity());
  CHECK_THAT(message_of<TrainingError>([&] { run.resume(); }),
             Contains("metrics.safetensors: the sum loss: inf at [0]"));
  CHECK(read_file(run.out().log()) == log);
  CHECK(read_file(run.out().config()) == config);
  fs::remove_all(good.path());
  CHECK(run.resume().step == 12);  // from the one before
}

TEST_CASE("choosing the steps of a run that diverges ends by name", "[non_finite]") {
  TinyRun run;
  run.options.config.schedule.peak = 1e38;
  run.options.config.schedule.warmup = 0;
  run.options.config.optimizer.clip_norm = 0;
  run.options.minutes = 0.1;
  run.options.measured = 0.2;
  CHECK_THAT(message_of<TrainingError>([&] { run.run(); }), Contains("not finite"));
}

TEST_CASE("minutes are a positive and finite number", "[non_finite]") {
  TinyRun run;
  for (const double minutes : {not_a_number, infinity, -infinity, 0.0, -1.0}) {
    run.options.minutes = minutes;
    CHECK_THAT(message_of<ConfigError>([&] { run.run(); }),
               StartsWith("minutes: expected a positive number, found "));
  }
  CHECK_FALSE(fs::exists(run.options.out));
}
