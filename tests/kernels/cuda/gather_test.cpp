#include "electra/kernels/gather.h"

#include <catch2/catch.hpp>

#include "kernels/cuda/cases.h"
#include "support/twin.h"

namespace electra {
namespace {

using test::any_dtype;
using test::Begin;
using test::HostTensor;
using test::Twin;

}  // namespace

TEST_CASE("rows are gathered and scattered on a GPU as on the CPU", "[cuda][kernel][gather]") {
  const DType dtype = any_dtype();
  const Index width = GENERATE(1, 8, 33, 64, 256, 1048);
  const Begin begin = width == 64 ? Begin::unaligned : Begin::aligned;
  const Index count = GENERATE(0, 1, 5, 9);
  const Write write = GENERATE(Write::overwrite, Write::add);
  const HostTensor x = test::random_tensor({20, width}, dtype, 1);
  const HostTensor indices({9}, DType::i32, {0, 0, 2, 3, 3, 3, 11, 18, 19});
  const HostTensor used({1}, DType::i32, {static_cast<double>(count)});
  const HostTensor gathered({9, width}, dtype);
  Twin gather(
      [&](auto at) {
        return GatherRows{.x = at(x), .indices = at(indices), .count = at(used), .y = at(gathered)};
      },
      begin);
  CHECK(gather.equal(gathered));
  HostTensor y({20, width}, dtype);
  if (write == Write::add) y = test::random_tensor({20, width}, dtype, 2);
  Twin scatter(
      [&](auto at) {
        return ScatterRows{
            .x = at(gathered), .indices = at(indices), .count = at(used), .y = {at(y), write}};
      },
      begin);
  CHECK(scatter.equal(y));
}

}  // namespace electra
