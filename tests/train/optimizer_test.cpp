#include "electra/train/optimizer.h"

#include <array>
#include <catch2/catch.hpp>
#include <cmath>

#include "electra/core/context.h"

using namespace electra;

namespace {

const std::array<SumPiece, 2> pieces{
    {{"loss", SumPiece::Kind::sum, {1}}, {"count", SumPiece::Kind::count, {1}}}};

TrainerConfig config() {
  TrainerConfig c;
  c.steps = 100;
  c.schedule = {.peak = 0.1, .warmup = 0, .power = 0};
  c.optimizer.clip_norm = 0;
  return c;
}

/// A decayed matrix and a bias that is not, each all ones with a gradient of ones.
struct Objects {
  explicit Objects(const TrainerConfig& c = config(), Precision precision = Precision::f32)
      : store(allocated(declared, *context, precision)),
        optimizer(store, c),
        state(*context, store.master().dtype(), pieces) {
    for (const Parameter* each : {&matrix, &bias}) {
      set(each->master, 1);
      set(each->gradient, 1);
    }
    store.update_values();
  }

  static void set(TensorView view, double value) {
    if (view.dtype() == DType::f64)
      std::ranges::fill(view.span<double>(), value);
    else
      std::ranges::fill(view.span<float>(), static_cast<float>(value));
  }

  std::unique_ptr<Context> context = Context::create({}, {.threads = 1});
  ParameterStore declared;
  ParameterScope scope{declared, "net", Network::none, 0};
  const Parameter& matrix = scope.matrix("matrix", {3, 2});
  const Parameter& bias = scope.bias("bias", 5);
  ParameterStore& store;
  Optimizer optimizer;
  StepState state;

 private:
  static ParameterStore& allocated(ParameterStore& store, Context& context, Precision precision) {
    store.allocate(context, precision);
    return store;
  }
};

std::vector<float> values(ConstTensorView view) {
  const auto all = view.span<float>();
  return {all.begin(), all.end()};
}

}  // namespace

TEST_CASE("both moments are the optimizer's own, as long as the store, and begin at 0",
          "[optimizer]") {
  for (const Precision precision : {Precision::f32, Precision::f64}) {
    const Objects o(config(), precision);
    for (const TensorView& moment : {o.optimizer.moment_1(), o.optimizer.moment_2()}) {
      CHECK(moment.shape() == Shape{o.store.size()});
      CHECK(moment.dtype() == o.store.master().dtype());
      CHECK(o.store.piece(o.bias, moment).shape() == o.bias.padded);
      for (Index i = 0; i < moment.size(); ++i)
        REQUIRE((precision == Precision::f64
                     ? moment.span<double>()[static_cast<std::size_t>(i)]
                     : double{moment.span<float>()[static_cast<std::size_t>(i)]}) == 0);
    }
  }
}

TEST_CASE("a step moves weights by their gradient and fills the moments", "[optimizer]") {
  Objects o;
  o.optimizer.step(o.state);
  CHECK(o.state.read(o.state.finite) == 1);
  CHECK(o.state.read(o.state.rate) == Approx(0.1));
  CHECK(o.state.read(o.state.norm) == Approx(std::sqrt(11.0)));
  CHECK(o.store.piece(o.bias, o.optimizer.moment_1()).span<float>()[4] == Approx(0.1));
  CHECK(o.store.piece(o.bias, o.optimizer.moment_2()).span<float>()[4] == Approx(0.001));
  const double moved = 0.1 * 0.1 / (std::sqrt(0.001) + 1e-6);
  CHECK(o.bias.master.span<float>()[4] == Approx(1 - moved));
  CHECK(o.matrix.master.span<float>()[5] == Approx(1 - moved - 0.1 * 0.01));  // is decayed
}

TEST_CASE("an optimizer that forgets goes on as a new one does", "[optimizer]") {
  Objects used, fresh;
  for (int i = 0; i < 3; ++i) used.optimizer.step(used.state);
  used.optimizer.forget();
  for (const TensorView& moment : {used.optimizer.moment_1(), used.optimizer.moment_2()})
    for (const float value : moment.span<float>()) REQUIRE(value == 0);
  for (const Parameter* each : {&used.matrix, &used.bias}) Objects::set(each->master, 1);
  used.state.set_step(0);
  used.optimizer.step(used.state);
  fresh.optimizer.step(fresh.state);
  CHECK(values(used.store.master()) == values(fresh.store.master()));
  CHECK(values(used.optimizer.moment_2()) == values(fresh.optimizer.moment_2()));
}

TEST_CASE("two optimizers of one store have moments of their own", "[optimizer]") {
  Objects o;
  const Optimizer other(o.store, config());
  o.optimizer.step(o.state);
  for (const float value : other.moment_1().span<float>()) REQUIRE(value == 0);
}

TEST_CASE("a gradient that is not finite changes neither weights nor moments, and is told",
          "[optimizer]") {
  Objects o;
  o.optimizer.step(o.state);
  const std::vector<float> weights = values(o.store.master());
  const std::vector<float> moment = values(o.optimizer.moment_1());
  const bool gradient = GENERATE(true, false);
  if (gradient)
    Objects::set(o.bias.gradient, std::nan(""));
  else
    *o.state.non_finite.data<std::int32_t>() = 1;  // a kernel of the step has met it
  o.optimizer.step(o.state);
  CHECK(o.state.read(o.state.finite) == 0);
  CHECK(values(o.store.master()) == weights);
  CHECK(values(o.optimizer.moment_1()) == moment);
}

TEST_CASE("a step leaves it to the state to end it", "[optimizer]") {
  Objects o;
  *o.state.of_step.of("count").data<std::int32_t>() = 4;
  o.optimizer.step(o.state);
  CHECK(o.state.read(o.state.step) == 0);
  CHECK(o.state.read(o.state.of_step.of("count")) == 4);
  CHECK(o.state.read(o.state.running.of("count")) == 0);
}

TEST_CASE("with bf16 the compute copy follows the master weights", "[optimizer]") {
  Objects o(config(), Precision::bf16);
  o.optimizer.step(o.state);
  const auto master = o.store.master().span<float>();
  const auto copy = o.store.values().span<bf16>();
  CHECK(master[0] != 1);
  for (std::size_t i = 0; i < master.size(); ++i) REQUIRE(copy[i] == to_bf16(master[i]));
}
