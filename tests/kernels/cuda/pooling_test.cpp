#include "electra/kernels/pooling.h"

#include <catch2/catch.hpp>

#include "kernels/cuda/cases.h"

namespace electra {
namespace {

using test::any_dtype;
using test::Begin;
using test::HostTensor;
using test::Twin;
using test::unit;

/// Four texts: whole, half, empty, and one token. Their padding is NaN.
struct Texts {
  Index length, width;
  HostTensor lengths, x;

  Texts(Index most, Index columns, DType dtype)
      : length(most),
        width(columns),
        lengths({4}, DType::i32,
                {static_cast<double>(most), static_cast<double>((most + 1) / 2), 0, 1}),
        x(test::random_tensor({4 * most, columns}, dtype, 1)) {
    for (Index i = 0; i < x.size(); ++i)
      if (static_cast<double>(i / width % length) >= lengths[i / width / length]) x.set(i, NAN);
  }
};

Pooling any_pooling() { return GENERATE(Pooling::cls, Pooling::mean, Pooling::max); }

}  // namespace

TEST_CASE("texts are pooled on a GPU as on the CPU", "[cuda][kernel][pooling]") {
  const DType dtype = any_dtype();
  const auto [length, width] =  // more rows than a block, more columns than a strip
      GENERATE(table<Index, Index>({{1, 1},
                                    {1, 64},
                                    {1, 1048},
                                    {5, 33},
                                    {7, 8},
                                    {20, 12},
                                    {64, 256},
                                    {130, 40},
                                    {512, 24},
                                    {9, 1111},
                                    {3, 1048}}));
  const Pooling pooling = any_pooling();
  const Write write = GENERATE(Write::overwrite, Write::add);
  const Begin begin = width == 8 ? Begin::unaligned : Begin::aligned;
  const bool has_places = pooling == Pooling::max;
  CAPTURE(to_string(dtype), length, width, static_cast<int>(pooling), static_cast<int>(write));
  const Texts texts(length, width, dtype);
  const HostTensor y({4, width}, dtype), places({4, width}, DType::i32);
  Twin forward(
      [&](auto at) {
        return PoolForward{.x = at(texts.x),
                           .rows = {4, texts.length, at(texts.lengths)},
                           .y = at(y),
                           .places = has_places ? at(places) : TensorView{},
                           .pooling = pooling};
      },
      begin);
  if (pooling == Pooling::mean)
    CHECK(forward.error(y) < unit(dtype));
  else
    CHECK(forward.equal(y));
  if (has_places) CHECK(forward.equal(places));

  const HostTensor dy = test::random_tensor({4, width}, dtype, 2);
  HostTensor dx({4 * length, width}, dtype);
  if (write == Write::add) dx = test::random_tensor({4 * length, width}, dtype, 3);
  Twin backward(
      [&](auto at) {
        return PoolBackward{.dy = at(dy),
                            .rows = {4, texts.length, at(texts.lengths)},
                            .places = has_places ? at(places) : TensorView{},
                            .dx = {at(dx), write},
                            .pooling = pooling};
      },
      begin);
  CHECK(backward.equal(dx));
}

TEST_CASE("the largest of equals is the first, and of NaN, too, on a GPU",
          "[cuda][kernel][pooling]") {
  const DType dtype = any_dtype();
  const Index width = GENERATE(33, 64), length = 70;
  CAPTURE(to_string(dtype), width);
  HostTensor x = test::random_integers({2 * length, width}, 3, 1).to(dtype);  // 0, 1 or 2
  for (Index row = 0; row < length; ++row)
    for (Index c = 0; c < width; ++c) {
      if (c % 5 == 1) x.set(row * width + c, -INFINITY);
      if (c % 5 == 2) x.set(row * width + c, -1.0 - static_cast<double>(row));  // below 0
      if (c % 5 == 3 && row >= 30 + c % 7 && row % 9 < 4) x.set(row * width + c, NAN);
    }
  const HostTensor lengths({2}, DType::i32, {70, 41});
  const HostTensor y({2, width}, dtype), places({2, width}, DType::i32);
  Twin forward([&](auto at) {
    return PoolForward{.x = at(x),
                       .rows = {2, length, at(lengths)},
                       .y = at(y),
                       .places = at(places),
                       .pooling = Pooling::max};
  });
  const HostTensor found = forward.gpu_of(y);
  for (Index i = 0; i < y.size(); ++i)
    CHECK((std::isnan(y[i]) ? std::isnan(found[i]) : found[i] == y[i]));
  CHECK(forward.equal(places));
}

}  // namespace electra
