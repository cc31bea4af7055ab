#include "electra/kernels/gradient_norm.h"

#include <catch2/catch.hpp>

#include "support/twin.h"

namespace electra {
namespace {

using test::HostTensor;
using test::Twin;
using test::unit;

}  // namespace

TEST_CASE("gradient norms on a GPU agree with the CPU's", "[cuda][kernel][gradient_norm]") {
  const Index size =
      GENERATE(1, 3, 1024, 1027, 530'000, 2'630'001);  // several rounds of all blocks
  const double largest = GENERATE(1.0, HUGE_VAL);
  const float clip_norm = GENERATE(0.0F, 0.5F, 1e6F);
  CAPTURE(size, largest, clip_norm);
  HostTensor gradient = test::random_tensor({size}, DType::f32, 1);
  gradient.set(size - 1, largest);
  const HostTensor non_finite({1}, DType::i32, {0});
  const HostTensor norm({1}, DType::f32), scale({1}, DType::f32), good({1}, DType::i32);
  Twin norms([&](auto at) {
    return GradientNorm{.gradient = at(gradient),
                        .non_finite = at(non_finite),
                        .norm = at(norm),
                        .scale = at(scale),
                        .finite = at(good),
                        .clip_norm = clip_norm};
  });
  if (std::isfinite(largest)) CHECK(norms.error(norm) < 2 * unit(DType::f32));
  CHECK(norms.error(scale) < 2 * unit(DType::f32));
  CHECK(norms.equal(good));
  CHECK(norms.gpu_of(good)[0] == (std::isfinite(largest) ? 1 : 0));
}

}  // namespace electra
