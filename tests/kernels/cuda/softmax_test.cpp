#include "electra/kernels/softmax.h"

#include <catch2/catch.hpp>

#include "kernels/cuda/cases.h"
#include "support/twin.h"

namespace electra {
namespace {

using test::any_dtype;
using test::Begin;
using test::HostTensor;
using test::Twin;
using test::unit;

}  // namespace

TEST_CASE("masked softmax on a GPU agrees with the CPU's", "[cuda][kernel][softmax]") {
  const DType dtype = any_dtype();
  // Each spread over lanes and vectors, and none.
  const Index length = GENERATE(1, 7, 32, 65, 128, 200, 264, 392, 520);
  const Begin begin = length == 32 ? Begin::unaligned : Begin::aligned;
  CAPTURE(to_string(dtype), length);
  const double mean = dtype == DType::bf16 ? 500 : 0;  // powers of it overflow
  const HostTensor x = test::random_tensor({3, 2, length, length}, dtype, 1, 3, mean);
  const HostTensor lengths({3}, DType::i32,
                           {static_cast<double>(length), static_cast<double>((length + 1) / 2), 0});
  const HostTensor y(x.shape(), dtype);
  Twin forward(
      [&](auto at) {
        return MaskedSoftmaxForward{.x = at(x), .lengths = at(lengths), .y = at(y), .scale = 0.3F};
      },
      begin);
  CHECK(forward.error(y) < unit(dtype));
  const HostTensor dy = test::random_tensor(x.shape(), dtype, 2);
  const HostTensor dx(x.shape(), dtype);
  Twin backward(
      [&](auto at) {
        return MaskedSoftmaxBackward{
            .dy = at(dy), .y = at(y), .lengths = at(lengths), .dx = at(dx), .scale = 0.3F};
      },
      begin);
  CHECK(backward.error(dx) < 2 * unit(dtype));
}

}  // namespace electra
