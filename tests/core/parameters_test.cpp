#include "electra/core/parameters.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <set>

#include "electra/core/context.h"
#include "electra/core/error.h"
#include "electra/core/random.h"

using namespace electra;
using Catch::Matchers::Contains;

namespace {

void declare_some(ParameterStore& store) {
  const ParameterScope scope(store, "net", Network::discriminator, 0);
  scope.at(1).matrix("layer_0/weight", {3, 5});
  scope.at(1).bias("layer_0/bias", 3);
  scope.at(2).matrix("layer_1/weight", {7, 5});
  scope.declare("table", {5, 4},
                {.init = Init::truncated_normal, .decay = Decay::yes, .padded = Shape{64, 4}});
  scope.at(2).gain("layer_1/gain", 7);
}

}  // namespace

TEST_CASE("parameters of a group lie together, later layers first, at 256 bytes", "[parameters]") {
  const auto context = Context::create({});
  ParameterStore store;
  declare_some(store);
  store.allocate(*context, Precision::bf16);
  store.with_gradients();
  std::set<Index> ends;
  for (const Parameter& p : store.parameters()) {
    CHECK(p.offset % 64 == 0);
    CHECK(p.master.dtype() == DType::f32);
    CHECK(p.value.dtype() == DType::bf16);
    CHECK(p.gradient.shape() == p.padded);
  }
  CHECK(store.find("net/layer_1/weight")->offset < store.find("net/layer_0/weight")->offset);
  CHECK(store.find("net/layer_0/weight")->offset < store.find("net/table")->offset);
  Index next = 0;
  for (const auto& segment : store.segments()) {
    CHECK(segment.first == next);
    next += segment.count;
  }
  CHECK(next == store.size());
  CHECK(store.parameter_count() == 15 + 3 + 35 + 20 + 7);
}

TEST_CASE("first weights depend on the seed and the name alone", "[parameters][law]") {
  const auto context = Context::create({});
  ParameterStore store;
  ParameterStore other;
  ParameterScope(other, "net", Network::generator, 4).matrix("layer_0/weight", {3, 5});
  declare_some(store);
  for (ParameterStore* s : {&store, &other}) {
    s->allocate(*context, Precision::f32);
    s->initialise(3, 0.02F);
  }
  const auto a = store.find("net/layer_0/weight")->master.span<float>();
  const auto b = other.find("net/layer_0/weight")->master.span<float>();
  CHECK(std::equal(a.begin(), a.end(), b.begin(), b.end()));
  other.initialise(4, 0.02F);
  CHECK_FALSE(std::equal(a.begin(), a.end(), b.begin(), b.end()));
  for (const float value : a) {
    CHECK(value != 0);
    CHECK(std::abs(value) <= 0.04F);
  }
  for (const float value : store.find("net/layer_1/gain")->master.span<float>()) CHECK(value == 1);
  const auto table = store.find("net/table")->master.span<float>();
  for (std::size_t i = 20; i < table.size(); ++i) CHECK(table[i] == 0);
}

/// Of numbers that are drawn one after the other.
std::vector<float> drawn_in_order(std::uint64_t seed, const std::string& name, std::size_t count) {
  std::uint32_t hash = 2166136261U;  // FNV-1a
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  RandomStream random(seed, site(Network::none, 0, Place::initialise), hash, 0);
  std::vector<float> values;
  while (values.size() < count) {
    const double value = random.normal();
    if (std::abs(value) <= 2) values.push_back(static_cast<float>(0.02F * value));
  }
  return values;
}

TEST_CASE("first weights do not depend on the number of threads", "[parameters][law]") {
  const int threads = GENERATE(1, 3);
  const Shape shape = GENERATE(Shape{1, 7}, Shape{130, 127}, Shape{130, 500});
  const auto context = Context::create({}, {.threads = threads});
  ParameterStore store;
  const ParameterScope scope(store, "net", Network::none, 0);
  const Parameter& normal = scope.matrix("normal", shape);
  const Parameter& uniform = scope.declare(
      "uniform", shape, {.init = Init::glorot_uniform, .decay = Decay::yes, .padded = {}});
  store.allocate(*context, Precision::f32);
  store.initialise(9, 0.02F);
  const auto size = static_cast<std::size_t>(shape.size());
  const std::vector<float> expected = drawn_in_order(9, "net/normal", size);
  CHECK(std::equal(expected.begin(), expected.end(), normal.master.span<float>().begin()));
  const auto alone = Context::create({}, {.threads = 1});
  ParameterStore other;
  const Parameter& same =
      ParameterScope(other, "net", Network::none, 0)
          .declare("uniform", shape,
                   {.init = Init::glorot_uniform, .decay = Decay::yes, .padded = {}});
  other.allocate(*alone, Precision::f32);
  other.initialise(9, 0.02F);
  CHECK(std::equal(same.master.span<float>().begin(),
                   same.master.span<float>().begin() + static_cast<std::ptrdiff_t>(size),
                   uniform.master.span<float>().begin()));
}

TEST_CASE("a truncated normal has the variance it should have", "[parameters][law]") {
  const auto context = Context::create({});
  ParameterStore store;
  const Parameter& p = ParameterScope(store, "net", Network::none, 0).matrix("weight", {200, 200});
  store.allocate(*context, Precision::f32);
  store.initialise(1, 1.0F);
  double squares = 0;
  for (const float value : p.master.span<float>()) squares += double{value} * value;
  CHECK(squares / 40000 == Approx(0.7737).epsilon(0.03));  // of a normal cut at 2 sigma
}

TEST_CASE("the store refuses what would go wrong later", "[parameters]") {
  const auto context = Context::create({});
  ParameterStore store;
  declare_some(store);
  CHECK_THROWS_WITH(declare_some(store), Contains("net/layer_0/weight: declared twice"));
  store.allocate(*context, Precision::f32);
  const ParameterScope scope(store, "net", Network::none, 0);
  CHECK_THROWS_WITH(scope.bias("late", 3), Contains("after the store was allocated"));
}

TEST_CASE("a store has no gradients until somebody trains", "[parameters][law]") {
  const auto context = Context::create({});
  ParameterStore store;
  declare_some(store);
  CHECK_THROWS_WITH(store.with_gradients(), Contains("allocated"));
  store.allocate(*context, Precision::f32);
  CHECK_FALSE(store.gradients());
  CHECK_FALSE(store.find("net/table")->gradient);
  CHECK_THROWS_WITH(store.zero_gradients(), Contains("no gradients"));
  CHECK_THROWS_WITH(store.first_non_finite_gradient(), Contains("no gradients"));
  CHECK(&store.with_gradients() == &store);
  const void* first = store.gradients().raw();
  CHECK(store.find("net/table")->gradient.shape() == store.find("net/table")->padded);
  for (const float value : store.gradients().span<float>()) CHECK(value == 0);
  CHECK(store.with_gradients().gradients().raw() == first);
}

TEST_CASE("the first gradient that is not finite is named", "[parameters]") {
  const auto context = Context::create({});
  ParameterStore store;
  declare_some(store);
  store.allocate(*context, Precision::f32);
  store.with_gradients();
  CHECK(store.first_non_finite_gradient() == nullptr);
  for (const char* name : {"net/table", "net/layer_0/bias"}) {
    const Parameter* p = store.find(name);
    p->gradient.span<float>()[1] = std::numeric_limits<float>::quiet_NaN();
    CHECK(store.first_non_finite_gradient() == p);
  }
}

TEST_CASE("the first weight that is not finite is named with its place", "[parameters]") {
  const auto context = Context::create({});
  ParameterStore store;
  declare_some(store);
  store.allocate(*context, GENERATE(Precision::f32, Precision::bf16));
  store.initialise(1, 0.02F);
  CHECK_FALSE(store.first_non_finite_weight());
  for (const Parameter& parameter : store.parameters()) {
    float& last =
        parameter.master.span<float>()[static_cast<std::size_t>(parameter.shape.size()) - 1];
    const float good = std::exchange(last, std::numeric_limits<float>::infinity());
    const auto bad = store.first_non_finite_weight();
    REQUIRE(bad);
    CHECK(bad->parameter == &parameter);
    CHECK(bad->found.index == parameter.shape.size() - 1);
    last = good;
  }
  store.find("net/table")->master.span<float>()[7] = std::numeric_limits<float>::quiet_NaN();
  CHECK(to_string(*store.first_non_finite_weight()) == "net/table: nan at [1, 3]");
}

TEST_CASE("a weight that is not finite is found in a table of any size", "[parameters]") {
  const auto context = Context::create({});
  ParameterStore store;
  const Index rows = 3000, width = 128;  // more than is looked through at once
  (void)ParameterScope(store, "net", Network::none, 0).declare("table", {rows, width}, {});
  store.allocate(*context, Precision::f32);
  const auto weights = store.find("net/table")->master.span<float>();
  for (const std::size_t place : {300000U, 262144U, 262143U}) {
    weights[place] = std::numeric_limits<float>::quiet_NaN();
    CHECK(store.first_non_finite_weight()->found.index == static_cast<Index>(place));
  }
}
