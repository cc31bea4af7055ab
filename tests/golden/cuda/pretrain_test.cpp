#include "golden/golden_checks.h"

using namespace electra;
using namespace electra::test;

namespace {

constexpr Device gpu{DeviceType::cuda, 0};

}  // namespace

TEST_CASE("on a GPU, forward, losses and gradients are those of the golden cases",
          "[cuda][golden]") {
  check_first_step(gpu, 2e-5);
}

TEST_CASE("on a GPU, three optimizer steps end where those of the golden cases do",
          "[cuda][golden]") {
  check_three_steps(gpu);
}

TEST_CASE("on a GPU, bf16 errs at most twice as much as PyTorch in bf16", "[cuda][golden]") {
  check_bf16(gpu);
}
