#include "electra/train/rates.h"

#include <catch2/catch.hpp>

#include "electra/core/context.h"
#include "electra/parallel/communicator.h"
#include "electra/train/trainer.h"
#include "train/toy_run.h"

namespace electra {
namespace {

double factor_of(const RateFactor& factor, int order) { return factor({.order = order}); }

TEST_CASE("the head has the whole rate, and each layer below it a share", "[rates]") {
  const RateFactor factor = layer_decay(0.5, 3);
  CHECK(factor_of(factor, 4) == 1);
  CHECK(factor_of(factor, 3) == 0.5);
  CHECK(factor_of(factor, 1) == 0.125);
  CHECK(factor_of(factor, 0) == 0.0625);
}

TEST_CASE("the published form counts a layer too many, but for the head", "[rates]") {
  const RateFactor factor = layer_decay(0.5, 3, LayerDecayForm::reference);
  CHECK(factor_of(factor, 4) == 1);
  CHECK(factor_of(factor, 3) == 0.25);
  CHECK(factor_of(factor, 0) == 0.03125);
}

TEST_CASE("a decay of 1 changes nothing", "[rates]") {
  for (const int order : {0, 1, 4}) CHECK(factor_of(layer_decay(1, 3), order) == 1);
}

/// The toy's weight after one step from 1 with this factor.
float weight_after(double factor) {
  const auto context = Context::create({}, {.threads = 1});
  const auto alone = Communicator::single_process();
  ParameterStore store;
  const test::Toy toy(store);
  store.allocate(*context, Precision::f32);
  toy.set_weight(1);
  TrainerConfig config;
  config.steps = 10;
  config.batch = 4;
  config.optimizer.weight_decay = 0;
  config.schedule = {.peak = 0.1, .warmup = 1, .form = LearningRate::Schedule::trapezoid};
  config.rate_factor = [=](const ParameterGroup&) { return factor; };
  Trainer trainer(store, toy, *alone, config);
  trainer.step(test::Labels(4).at(0));
  trainer.wait();
  return toy.weight();
}

TEST_CASE("a step goes by the group's share of the rate; a share of 0 freezes", "[rates][law]") {
  const float whole = weight_after(1) - 1;
  REQUIRE(whole != 0);
  CHECK(weight_after(0.25) - 1 == Approx(whole / 4).epsilon(1e-4));
  CHECK(weight_after(0) == 1);
}

}  // namespace
}  // namespace electra
