#include "electra/kernels/dropout.h"

#include <catch2/catch.hpp>

#include "kernels/cuda/cases.h"

namespace electra {
namespace {

using test::any_dtype;
using test::Begin;
using test::HostTensor;
using test::Twin;

/// Of the third micro-batch of a step.
RandomKey key(ConstTensorView step) {
  return {.seed = 0x123456789abcdefU, .step = step, .first_example = 3, .site = {77}};
}

}  // namespace

TEST_CASE("dropout on a GPU has the CPU's bits", "[cuda][kernel][dropout]") {
  const DType dtype = any_dtype();
  const auto [batch, length, width] = GENERATE(table<Index, Index, Index>({{1, 1, 1},
                                                                           {3, 5, 7},
                                                                           {2, 9, 8},
                                                                           {2, 9, 12},
                                                                           {5, 3, 33},
                                                                           {7, 1, 64},
                                                                           {67, 1, 256},
                                                                           {2, 20, 264},
                                                                           {3, 2, 1111}}));
  const float rate = GENERATE(0.0F, 0.1F, 0.5F);
  const bool in_place = GENERATE(false, true);
  const Begin begin = width == 64 ? Begin::unaligned : Begin::aligned;
  CAPTURE(to_string(dtype), batch, length, width, rate, in_place);
  const HostTensor x = test::random_tensor({batch * length, width}, dtype, 1);
  const HostTensor y({batch * length, width}, dtype);
  const HostTensor lengths = test::random_integers({batch}, 2, 2), step({1}, DType::i32, {7});
  const HostTensor& to = in_place ? x : y;
  Twin dropped(
      [&, batch = batch, length = length](auto at) {
        return Dropout{.x = at(x),
                       .y = at(to),
                       .rows = {batch, length, at(lengths)},
                       .rate = rate,
                       .random = key(at(step))};
      },
      begin);
  CHECK(dropped.equal(to));
}

TEST_CASE("what is not finite is dropped like anything else on a GPU", "[cuda][kernel][dropout]") {
  const DType dtype = any_dtype();
  const Index width = GENERATE(33, 64);
  HostTensor x = test::random_tensor({6, width}, dtype, 1);
  for (Index i = 0; i < x.size(); i += 3) x.set(i, i % 2 == 0 ? NAN : INFINITY);
  const HostTensor y({6, width}, dtype), lengths({2}, DType::i32, {3, 1});
  const HostTensor step({1}, DType::i32, {7});
  Twin dropped([&](auto at) {
    return Dropout{
        .x = at(x), .y = at(y), .rows = {2, 3, at(lengths)}, .rate = 0.5F, .random = key(at(step))};
  });
  const HostTensor found = dropped.gpu_of(y);
  for (Index i = 0; i < y.size(); ++i)
    CHECK((std::isnan(y[i]) ? std::isnan(found[i]) : found[i] == y[i]));
}

TEST_CASE("dropout that drops nothing needs neither texts nor numbers on a GPU",
          "[cuda][kernel][dropout]") {
  const HostTensor x = test::random_tensor({5, 40}, DType::bf16, 1), y({5, 40}, DType::bf16);
  Twin copied([&](auto at) { return Dropout{.x = at(x), .y = at(y), .rows = {}}; });
  CHECK(copied.equal(y));
  CHECK(test::identical(x, y));
}

}  // namespace electra
