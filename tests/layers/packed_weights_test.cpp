#include "electra/layers/packed_weights.h"

#include <catch2/catch.hpp>
#include <limits>

#include "electra/core/arena.h"
#include "electra/core/context.h"
#include "electra/core/host_copy.h"
#include "electra/kernels/packed_linear.h"
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

  /// The second layer's answer to the rows [7, 20], through GELU.
  std::vector<float> answer(ConstTensorView x) {
    arena.reset();
    Pass pass{.context = *context, .arena = arena, .rows = {}, .mode = Mode::inference};
    Linear::Saved saved;
    return to_host<float>(*context,
                          second.forward(pass, first.activated(pass, x, Gelu::erf, saved), saved));
  }

  /// The weights of others, each in the form in which it is kept here.
  void take_weights(const Layers& others) {
    for (const Parameter& own : store.parameters()) {
      const TensorView theirs = others.store.find(own.name)->master;
      if (own.packed)
        pack_weight(theirs, own.packed);
      else if (!own.in_place)
        to_device(*context, theirs.span<float>(), own.master);
    }
  }
};

}  // namespace

// Bounds: five times the spread that docs/math/packed_linear.md gives for the second layer, whose
// 33 numbers of x and of the weight have roots of mean squares of about 1 and 1/2.
TEST_CASE("packed linear layers answer as they did before, and hold no plain weights",
          "[layers][packed_weights]") {
  const auto [format, bound] = GENERATE(table<WeightFormat, double>(
      {{WeightFormat::f32, 1e-6}, {WeightFormat::bf16, 0.02}, {WeightFormat::int8, 0.11}}));
  Layers plain;
  plain.store.allocate(*plain.context, Precision::f32);
  plain.store.initialise(1, 0.5F);
  const std::vector<float> expected = plain.answer(plain.table.master);
  Layers packed;
  keep_packed(packed.store, *packed.context, format, {&packed.table});
  packed.store.allocate(*packed.context, Precision::f32);
  packed.take_weights(plain);
  const std::vector<float> found = packed.answer(plain.table.master);
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i)
    CHECK(found[i] == Approx(expected[i]).margin(bound));
  for (const char* name : {"first/weight", "second/weight"}) {
    CHECK_FALSE(packed.store.find(name)->master);
    CHECK(packed.store.find(name)->packed.format == format);
  }
  CHECK(packed.store.find("first/bias")->master);
  CHECK_FALSE(packed.table.master);
}

TEST_CASE("a table that is kept in place is where it is said to be, for as long as the store",
          "[layers][packed_weights]") {
  const auto memory = std::make_shared<std::vector<float>>(7 * 20, 0.5F);
  const TensorView value(memory->data(), {7, 20}, DType::f32);
  {
    Layers layers;
    CHECK_THROWS_WITH(layers.store.place(layers.table, value, memory), "table: not kept in place");
    keep_packed(layers.store, *layers.context, WeightFormat::f32, {&layers.table});
    layers.store.allocate(*layers.context, Precision::f32);
    CHECK(layers.store.size() == 64 + 64);  // two biases, each a multiple of 64
    CHECK_FALSE(layers.table.value);
    CHECK_THROWS_WITH(layers.store.place(layers.table, value.slice(0, 6), memory),
                      "table: expected [7, 20], found [6, 20]");
    layers.store.place(layers.table, value, memory);
    CHECK(layers.table.value.raw() == memory->data());
    CHECK(memory.use_count() == 2);
  }
  CHECK(memory.use_count() == 1);
}

TEST_CASE("what a store keeps packed is not drawn, trained or found in its flat buffers",
          "[layers][packed_weights]") {
  Layers layers;
  Parameter foreign;
  foreign.name = "foreign/weight";
  CHECK_THROWS_WITH(layers.store.keep(foreign, {}),
                    "foreign/weight: not a parameter of this store");
  keep_packed(layers.store, *layers.context, WeightFormat::f32, {});
  layers.store.allocate(*layers.context, Precision::f32);
  CHECK(layers.store.size() == 192 + 64 + 64);  // the table and two biases, each a multiple of 64
  CHECK_THROWS_WITH(layers.store.keep(layers.table, {}),
                    "table: kept after the store was allocated");
  CHECK_THROWS_WITH(layers.store.initialise(1, 0.5F),
                    "first weights: this store keeps weights for inference alone");
  CHECK_THROWS_WITH(layers.store.with_gradients(),
                    "gradients: this store keeps weights for inference alone");
  CHECK_THROWS_WITH(layers.store.piece(*layers.store.find("first/weight"), layers.store.master()),
                    "first/weight: has no master weights");
  CHECK_FALSE(layers.store.first_non_finite_weight());
  layers.table.master.data<float>()[23] = std::numeric_limits<float>::quiet_NaN();
  CHECK(to_string(*layers.store.first_non_finite_weight()) == "table: nan at [1, 3]");
}

}  // namespace electra
