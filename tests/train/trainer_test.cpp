#include "electra/train/trainer.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <thread>

#include "electra/core/error.h"
#include "train/small_run.h"

using namespace electra;
using electra::test::random_examples;
using electra::test::Run;
using electra::test::small_config;
using electra::test::worst_error;

namespace {

constexpr double golden_bound = 5e-6;

bool all_finite(const ParameterStore& store) {
  for (const float value : store.master().span<float>())
    if (!std::isfinite(value)) return false;
  return true;
}

/// A rank that counts what it asks of the others.
class Counted final : public Communicator {
 public:
  explicit Counted(Communicator& of) : of_(of) {}
  [[nodiscard]] int rank() const override { return of_.rank(); }
  [[nodiscard]] int size() const override { return of_.size(); }
  void all_reduce_sum(Context& context, TensorView view) override {
    ++sums;
    of_.all_reduce_sum(context, view);
  }
  void broadcast(Context& context, TensorView view, int root) override {
    of_.broadcast(context, view, root);
  }
  void barrier() override { of_.barrier(); }
  void abort(const std::string& reason) noexcept override { of_.abort(reason); }

  int sums = 0;

 private:
  Communicator& of_;
};

/// Tokens of one type only, another one on each rank.
StepBatch examples_of_type(const PretrainConfig& config, int rank, int ranks) {
  StepBatch step = random_examples(config, 0, rank, ranks);
  std::ranges::fill(step.batch.types, rank);
  return step;
}

}  // namespace

TEST_CASE("the same seed twice gives the same bits; another seed does not", "[trainer][law]") {
  PretrainConfig config = small_config();
  for (const Precision precision : {Precision::f32, Precision::bf16}) {
    config.precision = precision;
    Run first(config);
    Run second(config);
    first.until(4);
    second.until(4);
    REQUIRE(all_finite(first.store));
    CHECK(first.weights() == second.weights());
    PretrainConfig other = config;
    other.seed = 2;
    Run third(other);
    third.until(4);
    CHECK_FALSE(first.weights() == third.weights());
  }
}

TEST_CASE("accumulation over micro-batches equals one batch", "[trainer][law]") {
  PretrainConfig config = small_config();
  Run whole(config);
  whole.until(3);
  for (const Index micro : {1, 4, 6}) {
    config.train.micro_batch = micro;
    Run split(config);
    split.until(3);
    REQUIRE(all_finite(split.store));
    CHECK(worst_error(whole, split) <= golden_bound);
  }
}

TEST_CASE("what is computed again gives the same bits, in less memory", "[trainer][law]") {
  PretrainConfig config = small_config();
  config.model.dropout = config.model.attention_dropout = 0.1F;
  config.model.layers = config.model.generator.layers = 3;
  config.train.micro_batch = GENERATE(0, 4);
  config.precision = GENERATE(Precision::f32, Precision::bf16);
  Run kept(config);
  kept.until(3);
  REQUIRE(all_finite(kept.store));
  Index peak = kept.trainer->arena().peak();
  for (const Recompute recompute : {Recompute::feed_forward, Recompute::block}) {
    config.train.recompute = recompute;
    Run again(config);
    again.until(3);
    CHECK(again.weights() == kept.weights());
    CHECK(again.trainer->arena().peak() < peak);
    CHECK(again.trainer->arena().allocations() <= kept.trainer->arena().allocations());
    peak = again.trainer->arena().peak();
  }
}

TEST_CASE("ranks on threads equal one rank", "[trainer][law][threads]") {
  PretrainConfig config = small_config();
  Run whole(config);
  whole.until(3);
  for (const int count : {2, 3, 4}) {
    const auto ranks = Communicator::threads(count);
    std::vector<std::unique_ptr<Run>> runs;
    for (int rank = 0; rank < count; ++rank)
      runs.push_back(std::make_unique<Run>(config, ranks[static_cast<std::size_t>(rank)].get()));
    std::vector<std::thread> team;
    for (int rank = 0; rank < count; ++rank)
      team.emplace_back([&, rank] { runs[static_cast<std::size_t>(rank)]->until(3, rank, count); });
    for (std::thread& thread : team) thread.join();
    REQUIRE(all_finite(runs[0]->store));
    CHECK(worst_error(whole, *runs[0]) <= golden_bound);
    for (const auto& run : runs) CHECK(run->weights() == runs[0]->weights());
  }
}

/// Of a step, the first so many examples, in their first so many places.
StepBatch part_of(const StepBatch& step, Index count, Index length) {
  HostBatch part = step.batch.slice(0, count);
  const auto shorter = [&](std::vector<std::int32_t>& values) {
    std::vector<std::int32_t> kept;
    for (Index row = 0; row < count; ++row)
      kept.insert(kept.end(), values.begin() + row * part.length,
                  values.begin() + row * part.length + length);
    values = std::move(kept);
  };
  shorter(part.ids);
  shorter(part.types);
  for (std::int32_t& real : part.lengths) real = std::min(real, static_cast<std::int32_t>(length));
  part.length = length;
  StepTotals totals = totals_of(part);
  return {.batch = std::move(part), .totals = std::move(totals), .epoch = 0};
}

TEST_CASE("steps of fewer and shorter examples are the same in micro-batches", "[trainer][law]") {
  PretrainConfig config = small_config();
  config.model.dropout = config.model.attention_dropout = 0;
  Run whole(config);
  config.train.micro_batch = 4;
  Run parts(config);
  for (const auto& [count, length] :
       {std::pair<Index, Index>{12, 16}, {7, 16}, {12, 11}, {7, 16}}) {
    const StepBatch step = part_of(random_examples(config, 0), count, length);
    whole.trainer->step(step);
    parts.trainer->step(step);
  }
  REQUIRE(all_finite(whole.store));
  CHECK(worst_error(whole, parts) <= golden_bound);
}

TEST_CASE("a step of more examples than the configuration has is refused", "[trainer]") {
  PretrainConfig config = small_config();
  const StepBatch step = random_examples(config, 0);
  config.train.batch = 6;
  Run run(config);
  CHECK_THROWS_WITH(
      run.trainer->step(step),
      Catch::Matchers::Contains("step 0: expected 6 examples from 0 on, found 12 from 0"));
}

TEST_CASE("after the first step nothing is allocated", "[trainer][law]") {
  PretrainConfig config = small_config();
  config.model.intermediate = 512;
  config.train.micro_batch = GENERATE(4, 12);
  Run run(config);
  run.until(1);
  CHECK(run.trainer->arena().allocations() > 1);  // more than the first block held
  const auto allocations = run.trainer->arena().allocations();
  run.until(6);
  CHECK(run.trainer->arena().allocations() == allocations);
}

TEST_CASE("training lowers the loss, and metrics are those of the steps since", "[trainer]") {
  PretrainConfig config = small_config();
  config.model.dropout = config.model.attention_dropout = 0;
  Run run(config);
  const auto repeat = [&](int steps) {
    for (int i = 0; i < steps; ++i) run.trainer->step(random_examples(config, 0));
    return run.trainer->take_values();
  };
  const FigureValues first = repeat(2);
  const StepTotals totals = random_examples(config, 0).totals;
  CHECK(first.tokens() == 2 * totals.tokens);
  CHECK(*first["mlm_loss"] == Approx(std::log(101)).epsilon(0.1));
  CHECK(*first["loss"] == Approx(*first["mlm_loss"] + 50 * *first["disc_loss"]));
  repeat(40);
  const FigureValues last = repeat(2);
  CHECK(last.tokens() == 2 * totals.tokens);
  CHECK(*last["loss"] < 0.8 * *first["loss"]);
}

TEST_CASE("an evaluation repeats itself and leaves training alone", "[trainer][law]") {
  PretrainConfig config = small_config();
  Run run(config);
  Run undisturbed(config);
  run.until(2);
  undisturbed.until(4);
  const std::vector held_out{random_examples(config, 77), random_examples(config, 78)};
  const FigureValues a = run.trainer->evaluate(held_out);
  const FigureValues b = run.trainer->evaluate(held_out);
  for (const Figure& figure : a.figures()) {
    INFO(figure.key);
    CHECK(a[figure.key]);
    CHECK(a[figure.key] == b[figure.key]);
  }
  CHECK(a.tokens() == held_out[0].totals.tokens + held_out[1].totals.tokens);
  run.until(4);
  CHECK(run.weights() == undisturbed.weights());
}

TEST_CASE("an evaluation goes by micro-batches, whatever its batches are", "[trainer][law]") {
  PretrainConfig config = small_config();
  Run whole(config);
  const std::vector held_out{random_examples(config, 77)};
  const FigureValues expected = whole.trainer->evaluate(held_out);
  for (const Index micro : {1, 4, 6}) {
    config.train.micro_batch = micro;
    Run run(config);
    run.until(1);
    const Index capacity = run.trainer->arena().capacity();
    Run fresh(config);
    const FigureValues found = fresh.trainer->evaluate(held_out);
    for (const Figure& figure : expected.figures()) {
      INFO(figure.key << ", micro-batches of " << micro);
      CHECK(*found[figure.key] == Approx(*expected[figure.key]).epsilon(1e-5));
    }
    (void)run.trainer->evaluate(held_out);
    CHECK(run.trainer->arena().capacity() == capacity);
  }
}

TEST_CASE("a step whose gradient is not finite changes no weight; three in a row stop the run",
          "[trainer]") {
  PretrainConfig config = small_config();
  Run run(config);
  run.until(2);
  const Parameter* bad = run.store.find("discriminator/head/score/weight");
  REQUIRE(bad != nullptr);
  const float good = bad->master.span<float>()[3];
  bad->master.span<float>()[3] = std::numeric_limits<float>::quiet_NaN();
  const std::vector<float> before = run.weights();
  const auto step = [&] { run.trainer->step(random_examples(config, 9)); };
  step();
  step();
  run.trainer->wait();
  const auto same_bits = [](float a, float b) {
    return a == b || (std::isnan(a) && std::isnan(b));
  };
  const std::vector<float> after = run.weights();
  CHECK(std::equal(before.begin(), before.end(), after.begin(), same_bits));
  CHECK(run.trainer->skipped().total == 2);
  step();
  CHECK_THROWS_WITH(run.trainer->wait(),
                    Catch::Matchers::Contains("step 4: the gradient was not finite 3 times in a "
                                              "row; first bad weight: "
                                              "discriminator/head/score/weight: nan at ["));
  bad->master.span<float>()[3] = good;
  step();
  CHECK(run.trainer->skipped().in_a_row == 0);
  CHECK(run.trainer->skipped().total == 3);
}

TEST_CASE("what is not finite on one rank is a skipped step on all, with one sum over ranks",
          "[trainer][law][threads]") {
  const PretrainConfig config = small_config();
  const auto ranks = Communicator::threads(2);
  std::vector<std::unique_ptr<Counted>> counted;
  std::vector<std::unique_ptr<Run>> runs;
  for (const auto& rank : ranks) {
    counted.push_back(std::make_unique<Counted>(*rank));
    runs.push_back(std::make_unique<Run>(config, counted.back().get()));
    // Only the second rank's tokens are of this type.
    const Parameter* types = runs.back()->store.find("shared/embeddings/type");
    REQUIRE(types != nullptr);
    types->master.span<float>()[static_cast<std::size_t>(config.model.embedding)] =
        std::numeric_limits<float>::infinity();
  }
  const std::vector<float> before = runs[0]->weights();
  std::vector<std::thread> team;
  for (int rank = 0; rank < 2; ++rank)
    team.emplace_back([&, rank] {
      runs[static_cast<std::size_t>(rank)]->trainer->step(examples_of_type(config, rank, 2));
      runs[static_cast<std::size_t>(rank)]->trainer->wait();
    });
  for (std::thread& thread : team) thread.join();
  for (std::size_t rank = 0; rank < 2; ++rank) {
    CHECK(runs[rank]->trainer->skipped().total == 1);
    CHECK(runs[rank]->weights() == before);
    CHECK(counted[rank]->sums == 1);
  }
}

TEST_CASE("a batch that cannot be divided is refused by name", "[trainer]") {
  PretrainConfig config = small_config();
  config.train.micro_batch = 5;
  CHECK_THROWS_WITH(Run(config), Catch::Matchers::Contains("train.batch: expected a multiple of "
                                                           "ranks x train.micro_batch = 1 x 5, "
                                                           "found 12"));
}

TEST_CASE("sharing: none and all train too", "[trainer]") {
  PretrainConfig config = small_config();
  config.model.sharing = Sharing::none;
  Run separate(config);
  separate.until(2);
  CHECK(all_finite(separate.store));
  config.model.sharing = Sharing::all;
  CHECK_THROWS_WITH(Run(config), Catch::Matchers::Contains("the discriminator's (sharing: all)"));
  config.model.generator = {.hidden = 32, .layers = 2, .heads = 2, .intermediate = 64};
  Run tied(config);
  tied.until(2);
  CHECK(all_finite(tied.store));
  CHECK(tied.store.parameter_count() < separate.store.parameter_count());
}
