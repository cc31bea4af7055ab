#include "electra/kernels/softmax.h"

#include <catch2/catch.hpp>

#include "core/cpu/cpu_context.h"
#include "support/gradient_check.h"

namespace {

using namespace electra;
using test::HostTensor;
using test::random_tensor;
using test::relative_error;

constexpr Index batch = 4, heads = 2;

/// An empty, a full and two partial masks.
HostTensor some_lengths(Index length) {
  return {{batch},
          DType::i32,
          {0, static_cast<double>(length), static_cast<double>((length + 1) / 2), 1}};
}

/// The formula, an element at a time in f64.
std::vector<double> softmax(const HostTensor& x, const HostTensor& lengths, double scale) {
  const Index length = x.shape()[3];
  HostTensor y(x.shape(), x.dtype());
  y.fill(0);
  for (Index row = 0; row < x.size() / length; ++row) {
    const auto keys = static_cast<Index>(lengths.at(row / (heads * length)));
    if (row % length >= keys) continue;
    double sum = 0;
    for (Index k = 0; k < keys; ++k) sum += std::exp(scale * x.at(row * length + k));
    for (Index k = 0; k < keys; ++k)
      y.set(row * length + k, std::exp(scale * x.at(row * length + k)) / sum);
  }
  return y.values();
}

double bound(DType type) { return type == DType::f64 ? 1e-14 : type == DType::f32 ? 1e-6 : 1e-3; }

}  // namespace

TEST_CASE("masked softmax agrees with its formula", "[kernel][softmax]") {
  CpuContext context(2);
  for (const DType type : {DType::f32, DType::bf16, DType::f64})
    for (const Index length : {1, 3, 31, 64, 65, 130})
      for (const float scale : {0.3F, -2.0F}) {
        INFO(to_string(type) << " length " << length << " scale " << scale);
        const HostTensor x = random_tensor({batch, heads, length, length}, type, 5, 2);
        const HostTensor lengths = some_lengths(length), y(x.shape(), type);
        const auto expected = softmax(x, lengths, static_cast<double>(scale));
        context.run(MaskedSoftmaxForward{
            .x = x.view(), .lengths = lengths.view(), .y = y.view(), .scale = scale});
        CHECK(relative_error(y, expected) < bound(type));
        context.run(MaskedSoftmaxForward{
            .x = x.view(), .lengths = lengths.view(), .y = x.view(), .scale = scale});
        CHECK(test::identical(x, y));
      }
}

TEST_CASE("masked softmax of large scores is finite, of NaN is NaN", "[kernel][softmax]") {
  CpuContext context(1);
  for (const DType type : {DType::f32, DType::f64}) {
    HostTensor x({1, 1, 2, 2}, type, {30000, 29999, -1e30, 1});
    const HostTensor lengths({1}, DType::i32, {2}), y(x.shape(), type);
    const MaskedSoftmaxForward kernel{.x = x.view(), .lengths = lengths.view(), .y = y.view()};
    context.run(kernel);
    CHECK(relative_error(y, {1 / (1 + std::exp(-1.0)), 1 / (1 + std::exp(1.0)), 0, 1}) < 1e-6);
    x.set(1, std::numeric_limits<double>::quiet_NaN());
    context.run(kernel);
    CHECK(std::isnan(y.at(1)));
    CHECK(y.at(3) == 1);
  }
}

TEST_CASE("masked softmax's gradient is that of its differences", "[kernel][softmax]") {
  CpuContext context(2);
  const Index length = 5;
  const Shape shape{batch, heads, length, length};
  const HostTensor x = random_tensor(shape, DType::f64, 6),
                   dy = random_tensor(shape, DType::f64, 7);
  const HostTensor lengths = some_lengths(length), y(shape, DType::f64), dx(shape, DType::f64);
  const auto loss = [&] {
    context.run(MaskedSoftmaxForward{
        .x = x.view(), .lengths = lengths.view(), .y = y.view(), .scale = 0.7F});
    return test::weighted_sum(y, dy);
  };
  loss();
  const MaskedSoftmaxBackward backward{
      .dy = dy.view(), .y = y.view(), .lengths = lengths.view(), .dx = dx.view(), .scale = 0.7F};
  context.run(backward);
  CHECK(test::gradient_error(dx, x, loss) < 1e-9);

  SECTION("in f32 and bf16, and in place") {
    for (const DType type : {DType::f32, DType::bf16}) {
      const HostTensor dy_low = dy.to(type), y_low = y.to(type), dx_low(shape, type);
      MaskedSoftmaxBackward low{.dy = dy_low.view(),
                                .y = y_low.view(),
                                .lengths = lengths.view(),
                                .dx = dx_low.view(),
                                .scale = 0.7F};
      context.run(low);
      CHECK(relative_error(dx_low, dx) < (type == DType::f32 ? 1e-6 : 1e-2));
      low.dx = dy_low;
      context.run(low);
      CHECK(test::identical(dy_low, dx_low));
    }
  }
}

TEST_CASE("masked softmax gives the same bits on any number of threads", "[kernel][softmax][law]") {
  const HostTensor x = random_tensor({batch, heads, 37, 37}, DType::f32, 8);
  const HostTensor lengths = some_lengths(37), y(x.shape(), DType::f32),
                   again(x.shape(), DType::f32);
  CpuContext one(1), three(3);
  one.run(MaskedSoftmaxForward{.x = x.view(), .lengths = lengths.view(), .y = y.view()});
  three.run(MaskedSoftmaxForward{.x = x.view(), .lengths = lengths.view(), .y = again.view()});
  CHECK(test::identical(y, again));
  CHECK(relative_error(y, softmax(x, lengths, 1)) < 1e-6);
}

TEST_CASE("masked softmax refuses what does not fit", "[kernel][softmax]") {
  using Catch::Matchers::Contains;
  CpuContext context(1);
  const HostTensor x({2, 1, 4, 4}, DType::f32), y({2, 1, 4, 4}, DType::f32);
  const HostTensor lengths({2}, DType::i32, {4, 4}), few({1}, DType::i32),
      flat({2, 16}, DType::f32);
  const HostTensor half({2, 1, 4, 4}, DType::bf16);
  CHECK_THROWS_WITH(
      context.run(MaskedSoftmaxForward{.x = flat.view(), .lengths = lengths.view(), .y = y.view()}),
      Contains("masked_softmax_forward") && Contains("found [2, 16]"));
  CHECK_THROWS_WITH(
      context.run(MaskedSoftmaxForward{.x = x.view(), .lengths = few.view(), .y = y.view()}),
      Contains("lengths: expected i32 [2]"));
  CHECK_THROWS_WITH(
      context.run(MaskedSoftmaxBackward{
          .dy = x.view(), .y = half.view(), .lengths = lengths.view(), .dx = y.view()}),
      Contains("y: expected f32"));
}
