#include "electra/layers/linear.h"

#include <catch2/catch.hpp>

#include "electra/train/optimizer.h"
#include "layers/layer_check.h"

using namespace electra;
using namespace electra::test;

namespace {

constexpr Index width = 8;

}  // namespace

TEST_CASE("gradients of a linear layer are central differences", "[linear][law]") {
  LayerCheck check;
  const Linear layer(check.scope(), {.in = width, .out = 5});
  check.begin();
  const HostTensor x = random_tensor({LayerCheck::rows, width}, DType::f64, 1);
  Linear::Saved saved;
  CHECK(check.worst_error(
            LayerCheck::real_rows(5, 2), [&](Pass& p) { return layer.forward(p, x, saved); },
            [&](Pass& p, ConstTensorView dy) {
              const Into dx = LayerCheck::fresh(p, width);
              layer.backward(p, saved, dy, dx);
              return dx.view;
            },
            &x) < gradient_bound);
}

TEST_CASE("columns that pad a linear layer are 0, and so are their weights and gradients",
          "[linear][law]") {
  constexpr Index out = 3, padded = 8;
  LayerCheck check;
  const Linear layer(check.scope(), {.in = width, .out = out, .padded_out = padded});
  check.begin();
  const HostTensor x = random_tensor({LayerCheck::rows, width}, DType::f64, 1);
  HostTensor weights = random_tensor({LayerCheck::rows, padded}, DType::f64, 2);
  for (Index i = 0; i < weights.size(); ++i)
    if (i % padded >= out) weights.set(i, 0);
  Linear::Saved saved;
  CHECK(check.worst_error(
            weights, [&](Pass& p) { return layer.forward(p, x, saved); },
            [&](Pass& p, ConstTensorView dy) {
              const Into dx = LayerCheck::fresh(p, width);
              layer.backward(p, saved, dy, dx);
              return dx.view;
            },
            &x) < gradient_bound);
  for (const Parameter& parameter : check.store.parameters()) {
    CAPTURE(parameter.name);
    CHECK(parameter.shape.size() * padded == parameter.padded.size() * out);
    const TensorView gradient = check.store.piece(parameter, check.store.gradients());
    for (Index i = parameter.shape.size(); i < gradient.size(); ++i) CHECK(at(gradient, i) == 0);
  }
  Pass pass = check.pass();
  const TensorView y = layer.forward(pass, x, saved);
  REQUIRE(y.shape() == Shape{LayerCheck::rows, padded});
  for (Index i = 0; i < y.size(); ++i)
    if (i % padded >= out) CHECK(at(y, i) == 0);
}

TEST_CASE("the columns that a linear layer is asked for do not depend on those that pad it",
          "[linear][law]") {
  constexpr Index out = 3, padded = 8;
  LayerCheck narrow, wide;
  const Linear a(narrow.scope(), {.in = width, .out = out});
  const Linear b(wide.scope(), {.in = width, .out = out, .padded_out = padded});
  narrow.begin();
  wide.begin();
  const HostTensor x = random_tensor({LayerCheck::rows, width}, DType::f64, 1);
  Linear::Saved saved;
  Pass of_narrow = narrow.pass(), of_wide = wide.pass();
  const TensorView y = a.forward(of_narrow, x, saved), padded_y = b.forward(of_wide, x, saved);
  for (Index i = 0; i < y.size(); ++i)
    CHECK(at(y, i) == Approx(at(padded_y, i / out * padded + i % out)).epsilon(1e-14));
}

TEST_CASE("weights that pad a linear layer are 0 at first and stay so while it learns",
          "[linear][law]") {
  constexpr Index out = 3, padded = 8;
  LayerCheck check;
  const Linear layer(check.scope(), {.in = width, .out = out, .padded_out = padded});
  check.store.allocate(*check.context, Precision::f64);
  check.store.initialise(1, 0.5F);
  TrainerConfig config;
  config.steps = 5;
  config.schedule = {.peak = 0.1, .warmup = 0};
  config.optimizer.bias_correction = true;
  const Optimizer optimizer(check.store, config);
  StepState state(*check.context, DType::f64, {});
  const HostTensor x = random_tensor({LayerCheck::rows, width}, DType::f64, 1);
  const auto largest_of_padding = [&] {
    double largest = 0;
    for (const Parameter& parameter : check.store.parameters())
      for (const TensorView& flat : {check.store.master(), optimizer.moment_1()}) {
        const TensorView all = check.store.piece(parameter, flat);
        for (Index i = parameter.shape.size(); i < all.size(); ++i)
          largest = std::max(largest, std::abs(at(all, i)));
      }
    return largest;
  };
  CHECK(largest_of_padding() == 0);
  const double before = at(check.store.find("layer/weight")->master, 0);
  for (Index step = 0; step < config.steps; ++step) {
    Pass pass = check.pass();
    Linear::Saved saved;
    const TensorView y = layer.forward(pass, x, saved);  // the gradient of half its square
    check.store.zero_gradients();
    layer.backward(pass, saved, y, LayerCheck::fresh(pass, width));
    optimizer.step(state);
    check.store.update_values();
    state.end_step();
  }
  CHECK(at(check.store.find("layer/weight")->master, 0) != before);
  CHECK(largest_of_padding() == 0);
}
