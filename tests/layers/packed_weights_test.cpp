#include "electra/layers/packed_weights.h"

#include <catch2/catch.hpp>

#include "electra/core/arena.h"
#include "electra/core/context.h"
#include "electra/core/host_copy.h"
#include "electra/layers/linear.h"

namespace electra {
namespace {

struct Layers {
  std::unique_ptr<Context> context = Context::create({}, {.threads = 2});
  ParameterStore store;
  Linear first{{store, "first", Network::none, 1}, {.in = 20, .out = 33}};
  Linear second{{store, "second", Network::none, 2}, {.in = 33, .out = 3, .padded_out = 8}};
  const Parameter& table = ParameterScope(store, "", Network::none, 0).matrix("table", {7, 20});
  Arena arena{*context};

  Layers() {
    store.allocate(*context, Precision::f32);
    store.initialise(1, 0.5F);
  }

  /// The second layer's answer to the table's rows, through GELU.
  std::vector<float> answer(ConstTensorView x) {
    arena.reset();
    Pass pass{.context = *context, .arena = arena, .rows = {}, .mode = Mode::inference};
    Linear::Saved saved;
    return to_host<float>(*context,
                          second.forward(pass, first.activated(pass, x, Gelu::erf, saved), saved));
  }
};

}  // namespace

// Bounds: five times the spread that docs/math/packed_linear.md gives for the second layer, whose
// 33 numbers of x and of the weight have roots of mean squares of about 1 and 1/2.
TEST_CASE("packed linear layers answer as they did before, and hold no plain weights",
          "[layers][packed_weights]") {
  const auto [format, bound] = GENERATE(table<WeightFormat, double>(
      {{WeightFormat::f32, 1e-6}, {WeightFormat::bf16, 0.02}, {WeightFormat::int8, 0.11}}));
  Layers layers;
  const std::vector<float> rows = to_host<float>(*layers.context, layers.table.master);
  Buffer memory(*layers.context, layers.table.master.bytes());
  const TensorView x = memory.view({7, 20}, DType::f32);
  to_device(*layers.context, rows, x);
  const std::vector<float> expected = layers.answer(x);
  pack_weights(layers.store, format, {&layers.table});
  const std::vector<float> found = layers.answer(x);
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i)
    CHECK(found[i] == Approx(expected[i]).margin(bound));
  for (const char* name : {"first/weight", "second/weight"}) {
    CHECK_FALSE(layers.store.find(name)->master);
    CHECK(layers.store.find(name)->packed.format == format);
  }
  CHECK(layers.store.find("first/bias")->master);
  const bool rounded = format != WeightFormat::f32;
  CHECK(layers.table.value.dtype() == (rounded ? DType::bf16 : DType::f32));
  CHECK(static_cast<bool>(layers.table.master) != rounded);
}

TEST_CASE("a store replaces its own parameters alone", "[layers][packed_weights]") {
  Layers layers;
  Parameter foreign;
  foreign.name = "foreign/weight";
  CHECK_THROWS_WITH(layers.store.replace(foreign, {}),
                    "foreign/weight: not a parameter of this store");
}

}  // namespace electra
