#include "electra/kernels/adamw.h"

#include <array>

#include "electra/core/checker.h"

namespace electra {

std::span<const std::string_view> enum_names(LearningRate::Schedule) {
  static constexpr std::array<std::string_view, 2> names{"product", "trapezoid"};
  return names;
}

void LearningRate::check(const Checker& checker) const {
  checker.tensor("step", step, {1}, DType::i32);
  checker.floating("rate", rate);
  checker.tensor("rate", rate, {1}, wide(rate.dtype()));
  checker.that(steps >= 1 && warmup >= 0, "steps of 1 or more and a warmup of 0 or more");
}

void AdamW::check(const Checker& checker) const {
  checker.floating("master", master);
  const DType type = wide(master.dtype());
  const Shape size{master.size()};
  const Shape groups{segments.shape().rank() == 2 ? segments.shape()[0] : 0};
  checker.tensor("master", master, size, type);
  checker.optional("value", value, size, DType::bf16);
  checker.tensor("gradient", gradient, size, type);
  checker.tensor("moment_1", moment_1, size, type);
  checker.tensor("moment_2", moment_2, size, type);
  checker.tensor("segments", segments, {groups[0], 3}, DType::i32);
  checker.tensor("rate_factors", rate_factors, groups, type);
  checker.tensor("rate", rate, {1}, type);
  checker.tensor("scale", scale, {1}, type);
  checker.tensor("finite", finite, {1}, DType::i32);
  checker.tensor("step", step, {1}, DType::i32);
}

KernelCost AdamW::cost() const {
  return {14.0 * static_cast<double>(master.size()),
          static_cast<double>(7 * master.bytes() + value.bytes())};
}

void AdvanceStep::check(const Checker& checker) const {
  checker.tensor("finite", finite, {1}, DType::i32);
  checker.tensor("step", step, {1}, DType::i32);
  checker.tensor("skipped", skipped, {2}, DType::i32);
  checker.tensor("non_finite", non_finite, {1}, DType::i32);
}

}  // namespace electra
