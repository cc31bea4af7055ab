#include "golden/finetune_case.h"

using namespace electra;
using namespace electra::test;

TEST_CASE("heads, losses and gradients of fine-tuning are those of the golden cases", "[golden]") {
  check_finetune({}, 1e-5);
}

TEST_CASE("in f64 the golden cases of fine-tuning are met to the rounding of their files",
          "[golden]") {
  for (const std::filesystem::path& folder : finetune_cases()) {
    INFO(folder.string());
    const FinetuneErrors errors = finetune_errors(folder, Precision::f64, {});
    CHECK(errors.forward < 1e-7);
    CHECK(errors.gradients < 1e-7);
  }
}

TEST_CASE("fine-tuning in bf16 errs at most twice as much as PyTorch in bf16", "[golden]") {
  check_finetune_bf16({});
}
