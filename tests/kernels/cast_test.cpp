#include "electra/kernels/cast.h"

#include <catch2/catch.hpp>

#include "support/kernel_case.h"

namespace electra {
namespace {

using Catch::Matchers::Contains;
using test::HostTensor;

}  // namespace

TEST_CASE("a cast rounds to nearest", "[kernel][cast]") {
  const auto from = GENERATE(DType::f32, DType::bf16, DType::f64);
  const auto to = GENERATE(DType::f32, DType::bf16, DType::f64);
  const Index width = GENERATE(1, 7, 64, 40001);
  HostTensor x = test::random_tensor({1, width}, from, 1, 100);
  HostTensor y({1, width}, to);
  Context::create({}, {.threads = 2})->run(Cast{.x = x, .y = y});
  const double half_unit = to == DType::bf16 ? 0x1p-8 : to == DType::f32 ? 0x1p-24 : 0;
  bool near = true;
  bool exact = true;
  for (Index i = 0; i < width; ++i) {
    near = near && std::abs(y[i] - x[i]) <= half_unit * std::abs(x[i]);
    if (from != DType::f64) exact = exact && y[i] == test::rounded(x[i], to);
  }
  CHECK(near);
  CHECK(exact);
}

TEST_CASE("a cast rounds once, ties to even, and keeps what is not finite", "[kernel][cast]") {
  const auto context = Context::create({}, {.threads = 1});
  // Just above the middle of two bf16 neighbours: rounding to float first would make it a tie.
  const double above = 1 + 0x1p-8 + 0x1p-40;
  const std::vector<double> values{above,     -above, 1 + 0x1p-8, 1 + 3 * 0x1p-8, 1e300,
                                   -HUGE_VAL, NAN,    0.0,        1e-60};
  HostTensor x({9}, DType::f64, values);
  HostTensor y({9}, DType::bf16);
  context->run(Cast{.x = x, .y = y});
  CHECK(y[0] == 1 + 0x1p-7);
  CHECK(y[1] == -1 - 0x1p-7);
  CHECK(y[2] == 1);
  CHECK(y[3] == 1 + 0x1p-6);
  CHECK(y[4] == HUGE_VAL);
  CHECK(y[5] == -HUGE_VAL);
  CHECK(std::isnan(y[6]));
  CHECK(y[7] == 0);
  CHECK(y[8] == 0);
}

TEST_CASE("floats become bf16 in registers as one by one", "[kernel][cast]") {
  constexpr Index count = 1 << 16;
  HostTensor x({count + 3}, DType::f32);
  for (Index i = 0; i < count; ++i) {
    const auto bits = static_cast<std::uint32_t>(i) << 16U | (i % 3 == 0 ? 0x8000U : 0x7fffU);
    float value = 0;
    std::memcpy(&value, &bits, sizeof value);
    x.set(i, value);
  }
  HostTensor y({count + 3}, DType::bf16);
  Context::create({}, {.threads = 1})->run(Cast{.x = x, .y = y});
  bool equal = true;
  for (Index i = 0; i < count; ++i) {
    const double target = to_float(to_bf16(x.view().data<float>()[i]));
    equal = equal && (y[i] == target || (std::isnan(y[i]) && std::isnan(target)));
  }
  CHECK(equal);
}

TEST_CASE("fill fills", "[kernel][cast]") {
  const auto dtype = GENERATE(DType::f32, DType::bf16, DType::f64, DType::i32);
  HostTensor y({3, 40007}, dtype);
  Context::create({}, {.threads = 2})->run(Fill{.y = y, .value = -3.7});
  const double target = dtype == DType::i32 ? -3 : test::rounded(-3.7, dtype);
  bool equal = true;
  for (Index i = 0; i < y.size(); ++i) equal = equal && y[i] == target;
  CHECK(equal);
}

TEST_CASE("casts refuse what does not fit", "[kernel][cast]") {
  const auto context = Context::create({}, {.threads = 1});
  HostTensor x = test::random_tensor({4, 5}, DType::bf16, 1);
  HostTensor ids({4, 5}, DType::i32);
  HostTensor half({5}, DType::bf16);
  CHECK_THROWS_WITH(context->run(Cast{.x = x, .y = ids}),
                    Contains("cast: y: expected a floating dtype, found i32 [4, 5]"));
  CHECK_THROWS_WITH(context->run(Cast{.x = x, .y = half}), Contains("y: expected bf16 [4, 5]"));
}

}  // namespace electra
