#include "electra/kernels/count_answers.h"

#include <catch2/catch.hpp>

#include "support/twin.h"

namespace electra {
namespace {

using test::HostTensor;
using test::Twin;
using test::unit;

}  // namespace

TEST_CASE("answers are counted on a GPU as on the CPU", "[cuda][kernel][count_answers]") {
  const Index rows = GENERATE(0, 1, 5, 511, 512, 513, 5000);
  const bool all = GENERATE(false, true);
  CAPTURE(rows, all);
  const HostTensor losses = test::random_tensor({rows}, DType::f32, 1);
  HostTensor right = test::random_integers({rows}, 3, 2);
  for (Index row = 0; row < rows; ++row) right.set(row, right[row] - 1);  // -1, 0 or 1
  const HostTensor loss({3}, DType::f32, {1, 2, 3});                      // its second is added to
  const HostTensor counts({4}, DType::i32, {1, 2, 3, 4});
  Twin count([&](auto at) {
    return CountAnswers{.losses = at(losses),
                        .right = all ? ConstTensorView{} : at(right),
                        .loss = at(loss).slice(1, 1),
                        .counts = at(counts).slice(1, 2)};
  });
  CHECK(count.error(loss) < 4 * unit(DType::f32));
  CHECK(count.equal(counts));
  const HostTensor sums = count.gpu_of(loss), numbers = count.gpu_of(counts);
  CHECK((sums[0] == 1 && sums[2] == 3));
  CHECK((numbers[0] == 1 && numbers[3] == 4));
}

}  // namespace electra
