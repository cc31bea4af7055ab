#include "golden/golden_checks.h"

using namespace electra;
using namespace electra::test;

TEST_CASE("forward, losses and gradients are those of the golden cases", "[golden]") {
  check_first_step({}, 1e-5);
}

TEST_CASE("in f64 the golden cases are met to the rounding of their files", "[golden]") {
  for (const std::filesystem::path& folder : golden_cases()) {
    INFO(folder.string());
    GoldenCheck golden(folder, Precision::f64, {});
    CHECK(golden.forward_error() < 1e-7);
    CHECK(golden.gradient_error() < 1e-7);
  }
}

TEST_CASE("three optimizer steps end where those of the golden cases do", "[golden]") {
  check_three_steps({});
}

TEST_CASE("bf16 errs at most twice as much as PyTorch in bf16", "[golden]") { check_bf16({}); }
