#include "electra/kernels/pooling.h"

#include <catch2/catch.hpp>

#include "support/kernel_case.h"

namespace electra {
namespace {

using Catch::Matchers::Contains;
using test::HostTensor;

/// Texts of every length from 0 on; what pads them is NaN.
struct PoolCase {
  Index batch;
  Index length;
  Index width;
  DType dtype;
  Pooling pooling;
  HostTensor x = test::random_tensor({batch * length, width}, dtype, 1);
  HostTensor lengths = test::random_integers({batch}, static_cast<std::uint32_t>(length) + 1, 2);
  HostTensor y{{batch, width}, dtype};
  HostTensor places{{batch, width}, DType::i32};
  HostTensor dy = test::random_tensor({batch, width}, dtype, 3);
  HostTensor dx{{batch * length, width}, dtype};

  void pad() {
    if (batch > 0) lengths.set(0, static_cast<double>(length));
    if (batch > 1) lengths.set(1, 0);
    if (batch > 2) lengths.set(2, 1);
    for (Index i = 0; i < x.size(); ++i)
      if (i / width % length >= tokens(i / width / length)) x.set(i, NAN);
  }
  Index tokens(Index text) const { return static_cast<Index>(lengths[text]); }
  TextRows rows() { return {batch, length, lengths}; }
  TensorView places_or_none() { return pooling == Pooling::max ? places.view() : TensorView{}; }
  PoolForward forward() {
    return {.x = x, .rows = rows(), .y = y, .places = places_or_none(), .pooling = pooling};
  }
  PoolBackward backward(Write write = Write::overwrite) {
    return {.dy = dy,
            .rows = rows(),
            .places = places_or_none(),
            .dx = {dx, write},
            .pooling = pooling};
  }
};

/// One column of one text, in float64: its pooled value, and each place's share of the gradient.
struct Expected {
  double y = 0;
  Index place = -1;

  Expected(const PoolCase& c, Index text, Index column) {
    const Index tokens = c.tokens(text);
    for (Index i = 0; i < tokens; ++i) {
      const double value = c.x[(text * c.length + i) * c.width + column];
      if (c.pooling == Pooling::mean) y += value / static_cast<double>(tokens);
      if (c.pooling == Pooling::cls && i == 0) y = value;
      if (c.pooling == Pooling::max && (place < 0 || value > y)) y = value, place = i;
    }
    if (c.pooling == Pooling::cls && tokens > 0) place = 0;
  }
  [[nodiscard]] double share(const PoolCase& c, Index text, Index i) const {
    if (c.pooling != Pooling::mean) return i == place ? 1 : 0;
    return i < c.tokens(text) ? 1 / static_cast<double>(c.tokens(text)) : 0;
  }
};

}  // namespace

TEST_CASE("pooling agrees with its definition and reads no padding", "[kernel][pooling]") {
  const auto dtype = GENERATE(DType::f32, DType::bf16, DType::f64);
  const auto pooling = GENERATE(Pooling::cls, Pooling::mean, Pooling::max);
  const auto write = GENERATE(Write::overwrite, Write::add);
  const auto [batch, length, width] = GENERATE(table<Index, Index, Index>(
      {{1, 1, 1}, {3, 5, 7}, {4, 33, 65}, {3, 512, 33}, {5, 2, 256}, {0, 3, 8}}));
  CAPTURE(to_string(dtype), static_cast<int>(pooling), batch, length, width);
  PoolCase c{batch, length, width, dtype, pooling};
  c.pad();
  if (write == Write::add) c.dx = test::random_tensor(c.dx.shape(), dtype, 4);
  const HostTensor before = c.dx;
  const auto context = Context::create({}, {.threads = 2});
  context->run(c.forward());
  context->run(c.backward(write));
  std::vector<double> y, dx(static_cast<std::size_t>(c.dx.size()));
  for (Index i = 0; i < c.y.size(); ++i) {
    const Index text = i / width, column = i % width;
    const Expected e(c, text, column);
    y.push_back(e.y);
    if (pooling == Pooling::max) REQUIRE(static_cast<Index>(c.places[i]) == e.place);
    for (Index place = 0; place < length; ++place) {
      const Index at = (text * length + place) * width + column;
      const double had = write == Write::add ? before[at] : 0;
      const double share = e.share(c, text, place);
      dx[static_cast<std::size_t>(at)] = had + c.dy[i] * share;
      if (share == 0) REQUIRE(c.dx[at] == had);
    }
  }
  CHECK(test::worst_error(c.y, y, 0.1) < test::unit(dtype));
  CHECK(test::worst_error(c.dx, dx, 0.1) < test::unit(dtype));
  if (pooling != Pooling::mean) CHECK(c.y.values() == y);
}

TEST_CASE("the largest value is taken where it comes first, and NaN is larger than all",
          "[kernel][pooling]") {
  const auto dtype = GENERATE(DType::f32, DType::bf16, DType::f64);
  PoolCase c{1, 4, 5, dtype, Pooling::max};
  c.lengths.set(0, 4);
  const double inf = HUGE_VAL;
  c.x = HostTensor({4, 5}, dtype,
                   {1, NAN, 2,   -inf, 0,  //
                    7, 9,   NAN, -inf, -0.0, 7, NAN, NAN, -inf, -1, -99, 9, inf, -inf, 0});
  Context::create({}, {.threads = 1})->run(c.forward());
  CHECK(c.places.values() == std::vector<double>{1, 0, 1, 0, 0});
  CHECK(c.y[0] == 7);
  CHECK(std::isnan(c.y[1]));
  CHECK(std::isnan(c.y[2]));
  CHECK(c.y[3] == -inf);
  CHECK(c.y[4] == 0);
}

TEST_CASE("pooling loses no NaN of a token, nor of a gradient", "[kernel][pooling]") {
  const auto dtype = GENERATE(DType::f32, DType::bf16, DType::f64);
  const auto pooling = GENERATE(Pooling::cls, Pooling::mean, Pooling::max);
  const auto context = Context::create({}, {.threads = 1});
  PoolCase c{1, 3, 2, dtype, pooling};
  c.lengths.set(0, 3);
  c.x.set(pooling == Pooling::cls ? 1 : 5, NAN);
  c.dy.set(1, NAN);
  context->run(c.forward());
  context->run(c.backward());
  CHECK(std::isfinite(c.y[0]));
  CHECK(std::isnan(c.y[1]));
  double nans = 0;
  for (const double g : c.dx.values()) nans += std::isnan(g) ? 1 : 0;
  CHECK(nans == (pooling == Pooling::mean ? 3 : 1));
}

TEST_CASE("pooling's backward is the slope of its forward", "[kernel][pooling]") {
  const auto pooling = GENERATE(Pooling::cls, Pooling::mean, Pooling::max);
  PoolCase c{3, 4, 5, DType::f64, pooling};
  c.lengths = HostTensor({3}, DType::i32, {4, 0, 2});
  const auto context = Context::create({}, {.threads = 1});
  const auto loss = [&] {
    context->run(c.forward());
    return test::weighted_sum(c.y, c.dy);
  };
  static_cast<void>(loss());
  context->run(c.backward());
  CHECK(test::gradient_error(c.dx, c.x, loss, 1e-5) < 1e-9);
}

TEST_CASE("pooling gives the same bits for any number of threads", "[kernel][pooling]") {
  const auto dtype = GENERATE(DType::f32, DType::bf16);
  const auto pooling = GENERATE(Pooling::cls, Pooling::mean, Pooling::max);
  PoolCase one{37, 12, 48, dtype, pooling};
  one.pad();
  PoolCase three = one;
  const auto run = [](PoolCase& c, int threads) {
    const auto context = Context::create({}, {.threads = threads});
    context->run(c.forward());
    context->run(c.backward());
  };
  run(one, 1);
  run(three, 3);
  CHECK(one.y == three.y);
  CHECK(one.places == three.places);
  CHECK(one.dx == three.dx);
}

TEST_CASE("pooling refuses what does not fit", "[kernel][pooling]") {
  const auto context = Context::create({}, {.threads = 1});
  PoolCase c{2, 3, 4, DType::f32, Pooling::max};
  c.lengths = HostTensor({2}, DType::i32, {3, 2});
  PoolForward forward = c.forward();
  forward.places = {};
  CHECK_THROWS_WITH(context->run(forward),
                    Contains("pool_forward: places: expected i32 [2, 4], found nothing"));
  forward = c.forward();
  forward.pooling = Pooling::mean;
  CHECK_THROWS_WITH(context->run(forward),
                    Contains("pool_forward: expected no places where pooling is not max"));
  forward = c.forward();
  forward.rows.length = 2;
  CHECK_THROWS_WITH(context->run(forward),
                    Contains("pool_forward: x: expected f32 [4, 4], found f32 [6, 4]"));
  c.places.fill(0);
  c.places.set(6, 2);
  CHECK_THROWS_WITH(context->run(c.backward()),
                    Contains("places, text 1, column 2: expected -1 to 1, found 2"));
  CHECK(enum_names(Pooling::max)[2] == "max");
}

}  // namespace electra
