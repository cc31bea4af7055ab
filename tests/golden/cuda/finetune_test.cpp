#include "golden/finetune_case.h"

using namespace electra;
using namespace electra::test;

namespace {

constexpr Device gpu{DeviceType::cuda, 0};

}  // namespace

TEST_CASE("on a GPU, heads, losses and gradients of fine-tuning are those of the golden cases",
          "[cuda][golden]") {
  check_finetune(gpu, 2e-5);
}

TEST_CASE("on a GPU, fine-tuning in bf16 errs at most twice as much as PyTorch in bf16",
          "[cuda][golden]") {
  check_finetune_bf16(gpu);
}
