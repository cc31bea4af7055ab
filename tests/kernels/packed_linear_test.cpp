#include "electra/kernels/packed_linear.h"

#include <catch2/catch.hpp>
#include <limits>
#include <vector>

#include "support/kernel_case.h"

namespace electra {
namespace {

using Catch::Matchers::Contains;
using test::HostTensor;

struct Case {
  Index rows, in, out;
  WeightFormat format;
  HostTensor x = test::random_tensor({rows, in}, DType::f32, 1, 2);
  HostTensor plain = test::random_tensor({out, in}, DType::f32, 2);
  HostTensor bias = test::random_tensor({out}, DType::f32, 3);
  HostTensor y = HostTensor({rows, out}, DType::f32);
  HostTensor words = HostTensor({packed_words(format, out, in)}, DType::i32);
  HostTensor scales = HostTensor({packed_scales(WeightFormat::int8, out, in)}, DType::f32);
  HostTensor sums = HostTensor({packed_scales(WeightFormat::int8, out, in)}, DType::f32);

  PackedWeight weight() {
    PackedWeight packed{.format = format, .out = out, .in = in, .words = words};
    if (format == WeightFormat::int8) packed.scales = scales, packed.sums = sums;
    return packed;
  }
  PackedLinear kernel() {
    pack_weight(plain, weight());
    for (Index i = 0; i < y.size(); ++i) y.set(i, NAN);
    return {.x = x, .weight = weight(), .bias = bias, .y = y};
  }
  [[nodiscard]] const float* row_of_x(Index row) const { return x.view().data<float>() + row * in; }
  [[nodiscard]] const float* row_of_weight(Index row) const {
    return plain.view().data<float>() + row * in;
  }
};

/// Numbers as the format holds them, in f64; int8: without the scale.
struct Held {
  std::vector<double> values;
  double scale = 1;
};

Held rounded(const float* from, Index count, WeightFormat format) {
  Held held{{from, from + count}};
  if (format == WeightFormat::bf16)
    for (double& value : held.values) value = test::rounded(value, DType::bf16);
  return held;
}

/// Of some numbers of a row of x, a group of int8 at most.
Held held_x(const float* x, Index count, WeightFormat format) {
  Held held = rounded(x, count, format);
  if (format != WeightFormat::int8) return held;
  const auto [low, high] = std::minmax_element(x, x + count);
  const double least = std::min(0.0F, *low), range = std::max(0.0F, *high) - least;
  held.scale = range / 255;
  const double zero = std::nearbyint(-least / held.scale);
  for (double& value : held.values)
    value = std::clamp(std::nearbyint(value / held.scale + zero), 0.0, 255.0) - zero;
  return held;
}

Held held_weight(const float* weight, Index count, WeightFormat format) {
  Held held = rounded(weight, count, format);
  if (format != WeightFormat::int8) return held;
  double greatest = 0;
  for (const double value : held.values) greatest = std::max(greatest, std::abs(value));
  held.scale = greatest / 127;
  for (double& value : held.values) value = std::nearbyint(value / held.scale);
  return held;
}

/// What y should be, and how far rounding may take it: a unit for each step of the sum; and for
/// int8, where a number of x in each group may be rounded the other way, a step of it.
struct Sum {
  double value = 0, error = 0;
};

Sum sum_of(const Case& c, Index row, Index out) {
  const bool in_groups = c.format == WeightFormat::int8;
  const Index group = in_groups ? 128 : c.in;
  double sum = c.bias[out], magnitude = std::abs(sum), steps = 0;
  for (Index first = 0; first < c.in; first += group) {
    const Index count = std::min(group, c.in - first);
    const Held x = held_x(c.row_of_x(row) + first, count, c.format);
    const Held weight = held_weight(c.row_of_weight(out) + first, count, c.format);
    const double scale = x.scale * weight.scale;
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
      sum += scale * x.values[i] * weight.values[i];
      magnitude += std::abs(scale * x.values[i] * weight.values[i]);
    }
    steps += in_groups ? 127.5 * scale : 0;
  }
  return {sum, steps + 6e-8 * (static_cast<double>(c.in) + 8) * magnitude};
}

const auto formats = {WeightFormat::f32, WeightFormat::bf16, WeightFormat::int8};

}  // namespace

TEST_CASE("a packed linear layer is x weight^T + bias of what its format holds",
          "[kernel][packed_linear]") {
  const auto format = GENERATE(from_range(formats));
  const auto [rows, in, out] = GENERATE(table<Index, Index, Index>({{1, 1, 1},
                                                                    {1, 384, 33},
                                                                    {7, 3, 31},
                                                                    {13, 257, 32},
                                                                    {97, 5, 65},
                                                                    {200, 33, 100},
                                                                    {26, 1030, 70}}));
  CAPTURE(static_cast<int>(format), rows, in, out);
  Case c{rows, in, out, format};
  Context::create({}, {.threads = 2})->run(c.kernel());
  for (Index row = 0; row < rows; ++row)
    for (Index i = 0; i < out; ++i) {
      const Sum expected = sum_of(c, row, i);
      CAPTURE(row, i, expected.value, c.y[row * out + i]);
      REQUIRE(std::abs(c.y[row * out + i] - expected.value) <= expected.error);
    }
}

TEST_CASE("int8 is mostly right to the last bit of its integers", "[kernel][packed_linear]") {
  Case c{40, 384, 64, WeightFormat::int8};
  Context::create({})->run(c.kernel());
  Index exact = 0;
  for (Index row = 0; row < c.rows; ++row)
    for (Index i = 0; i < c.out; ++i) {
      const double expected = sum_of(c, row, i).value;
      if (std::abs(c.y[row * c.out + i] - expected) <= 2e-5 * (1 + std::abs(expected))) ++exact;
    }
  CHECK(exact >= 9 * c.y.size() / 10);  // a number of x halfway between two may go either way
}

TEST_CASE("a packed linear layer ends with GELU, and may go without its bias",
          "[kernel][packed_linear]") {
  const auto format = GENERATE(from_range(formats));
  const auto form = GENERATE(Gelu::erf, Gelu::tanh);
  const auto context = Context::create({});
  Case c{13, 40, 37, format};
  PackedLinear kernel = c.kernel();
  context->run(kernel);
  HostTensor sums({c.rows, c.out}, DType::f32), activated({c.rows, c.out}, DType::f32);
  for (Index i = 0; i < sums.size(); ++i) sums.set(i, c.y[i]);
  HostTensor zeros({c.out}, DType::f32);
  for (Index i = 0; i < c.out; ++i) zeros.set(i, 0);
  context->run(BiasGeluForward{.x = sums, .bias = zeros, .y = activated, .form = form});
  kernel.activation = form;
  context->run(kernel);
  for (Index i = 0; i < sums.size(); ++i) CHECK(c.y[i] == Approx(activated[i]).margin(1e-7));
  kernel.activation.reset();
  kernel.bias = {};
  context->run(kernel);
  for (Index i = 0; i < sums.size(); ++i)
    CHECK(c.y[i] == Approx(sums[i] - c.bias[i % c.out]).margin(2e-6));
}

TEST_CASE("a row has the same bits for any threads, and wherever it stands",
          "[kernel][packed_linear]") {
  const auto format = GENERATE(from_range(formats));
  const auto waiting = GENERATE(Waiting::ready, Waiting::asleep);
  Case c{150, 70, 67, format};
  const PackedLinear kernel = c.kernel();
  Context::create({}, {.threads = 1})->run(kernel);
  std::vector<float> expected;
  for (Index i = 0; i < c.y.size(); ++i) expected.push_back(static_cast<float>(c.y[i]));
  for (const int threads : {2, 3, 7}) {
    Context::create({}, {.threads = threads, .waiting = waiting})->run(c.kernel());
    for (Index i = 0; i < c.y.size(); ++i)
      REQUIRE(static_cast<float>(c.y[i]) == expected[static_cast<std::size_t>(i)]);
  }
  for (const Index row : {Index{0}, Index{5}, Index{149}}) {
    PackedLinear one = kernel;
    one.x = kernel.x.slice(row, 1);
    HostTensor y({1, c.out}, DType::f32);
    one.y = y;
    Context::create({}, {.threads = 2})->run(one);
    for (Index i = 0; i < c.out; ++i)
      REQUIRE(static_cast<float>(y[i]) == expected[static_cast<std::size_t>(row * c.out + i)]);
  }
}

TEST_CASE("NaN in a row of x is NaN in its row of y and nowhere else", "[kernel][packed_linear]") {
  const auto format = GENERATE(from_range(formats));
  const Index place = GENERATE(0, 17, 36);
  Case c{3, 37, 35, format};
  c.x.set(1 * c.in + place, NAN);
  PackedLinear kernel = c.kernel();
  if (GENERATE(false, true)) kernel.activation = Gelu::erf;
  Context::create({})->run(kernel);
  for (Index i = 0; i < c.y.size(); ++i) CHECK(std::isnan(c.y[i]) == (i / c.out == 1));
}

TEST_CASE("int8 makes NaN of an infinite number, and 0 of a row of zeros",
          "[kernel][packed_linear]") {
  Case c{2, 9, 5, WeightFormat::int8};
  c.x.set(3, -std::numeric_limits<double>::infinity());
  for (Index i = 0; i < c.in; ++i) c.x.set(c.in + i, 0);
  Context::create({})->run(c.kernel());
  for (Index i = 0; i < c.out; ++i) {
    CHECK(std::isnan(c.y[i]));
    CHECK(c.y[c.out + i] == c.bias[i]);
  }
}

TEST_CASE("no rows are nothing to do", "[kernel][packed_linear]") {
  Case c{0, 8, 5, WeightFormat::int8};
  CHECK_NOTHROW(Context::create({})->run(c.kernel()));
}

TEST_CASE("a packed linear layer names what does not fit", "[kernel][packed_linear]") {
  const auto context = Context::create({});
  Case c{2, 8, 5, WeightFormat::int8};
  PackedLinear kernel = c.kernel();
  SECTION("a weight that is not packed") {
    kernel.weight.words = {};
    CHECK_THROWS_WITH(context->run(kernel), Contains("a weight that is packed"));
  }
  SECTION("another width") {
    kernel.weight.in = 12;
    CHECK_THROWS_WITH(context->run(kernel), Contains("x: expected f32 [2, 12]"));
  }
  SECTION("int8 without scales") {
    kernel.weight.scales = {};
    CHECK_THROWS_WITH(context->run(kernel), Contains("weight.scales"));
  }
}

TEST_CASE("a weight that is packed some rows at a time is packed as at once",
          "[kernel][packed_linear][law]") {
  const auto format = GENERATE(WeightFormat::f32, WeightFormat::bf16, WeightFormat::int8);
  const Index unit = packed_row_unit(), out = 3 * unit + 5;
  Case whole{.rows = 1, .in = 150, .out = out, .format = format};
  Case parts{.rows = 1, .in = 150, .out = out, .format = format};
  pack_weight(whole.plain, whole.weight());
  const auto some = [&](Index first, Index count) {
    pack_rows(parts.plain.view().slice(first, count), parts.weight(), first);
  };
  some(2 * unit, unit + 5);
  some(0, 2 * unit);
  CHECK(std::ranges::equal(whole.words.view().span<std::int32_t>(),
                           parts.words.view().span<std::int32_t>()));
  if (format == WeightFormat::int8) {
    CHECK(std::ranges::equal(whole.scales.view().span<float>(), parts.scales.view().span<float>()));
    CHECK(std::ranges::equal(whole.sums.view().span<float>(), parts.sums.view().span<float>()));
  }
  CHECK_THROWS_AS(some(1, unit), ShapeError);
  CHECK_THROWS_AS(some(0, unit + 1), ShapeError);
  CHECK_THROWS_AS(some(3 * unit, 5 + unit), ShapeError);
}

}  // namespace electra
