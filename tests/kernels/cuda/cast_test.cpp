#include "electra/kernels/cast.h"

#include <catch2/catch.hpp>

#include "support/twin.h"

namespace electra {
namespace {

using test::Begin;
using test::HostTensor;
using test::Twin;

}  // namespace

TEST_CASE("casts and fills on a GPU give the CPU's bits", "[cuda][kernel][cast]") {
  const auto [from, to] = GENERATE(table<DType, DType>(
      {{DType::f32, DType::bf16}, {DType::bf16, DType::f32}, {DType::f32, DType::f32}}));
  const Index size = GENERATE(1, 3, 4, 1023, 1024, 4096, 9001);
  const Begin begin = GENERATE(Begin::aligned, Begin::unaligned);
  const HostTensor x = test::random_tensor({size}, from, 1, 100);
  const HostTensor y({size}, to);
  Twin cast([&](auto at) { return Cast{.x = at(x), .y = at(y)}; }, begin);
  CHECK(cast.equal(y));
  for (const DType dtype : {DType::f32, DType::bf16, DType::i32}) {
    const HostTensor filled({size}, dtype);
    Twin fill([&](auto at) { return Fill{.y = at(filled), .value = -2.75}; }, begin);
    CHECK(fill.equal(filled));
  }
}

}  // namespace electra
