#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "electra/core/context.h"

namespace electra {

/// The rate of a step, from step 0; 0 from `steps` on. Computed in f64.
///   product: peak * (1 - step / steps)^power * min(1, step / warmup), as the reference pretrains
///   trapezoid: peak * min((step + 1) / max(1, warmup), (steps - step) / max(1, steps - warmup)),
///     linear up and linear down, never 0 before `steps`: for runs of few steps. `power` has no
///     part
struct LearningRate {
  static constexpr std::string_view name = "learning_rate";
  ConstTensorView step;  // [1], i32
  TensorView rate;       // [1], wide
  double peak = 5e-4;
  Index warmup = 10000;  // 0: none
  Index steps = 1000000;
  double power = 1;
  enum class Schedule : std::uint8_t { product, trapezoid };
  Schedule schedule = Schedule::product;

  void check(const Checker& checker) const;
};
/// "product", "trapezoid".
[[nodiscard]] std::span<const std::string_view> enum_names(LearningRate::Schedule);
void run_on(CpuContext& context, const LearningRate& kernel);
void run_on(CudaContext& context, const LearningRate& kernel);

/// Adam with decoupled weight decay over the flat buffers, in the reference's form. With g =
/// gradient * scale: m = b1 m + (1 - b1) g; v = b2 v + (1 - b2) g^2; with bias correction m and v
/// are divided by 1 - b^(step + 1) for the update only;
/// master -= rate * factor * (m / (sqrt(v) + epsilon) + decay * master).
/// Nothing changes if finite is 0. Then value = round(master). See docs/math/optimizer.md.
struct AdamW {
  static constexpr std::string_view name = "adamw";
  TensorView master;             // [size], wide
  TensorView value{};            // [size], bf16; absent if the master is what products read
  ConstTensorView gradient;      // [size], wide
  TensorView moment_1;           // [size], wide
  TensorView moment_2;           // [size], wide
  ConstTensorView segments;      // [groups, 3], i32: first and count in units of 64, decays 0 or 1
  ConstTensorView rate_factors;  // [groups], wide; 0 freezes a group
  ConstTensorView rate;          // [1], wide
  ConstTensorView scale;         // [1], wide
  ConstTensorView finite;        // [1], i32
  ConstTensorView step;          // [1], i32
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-6;
  double weight_decay = 0.01;
  enum class BiasCorrection : std::uint8_t { off, on };
  BiasCorrection bias_correction = BiasCorrection::off;

  void check(const Checker& checker) const;
  [[nodiscard]] KernelCost cost() const;
};
void run_on(CpuContext& context, const AdamW& kernel);
void run_on(CudaContext& context, const AdamW& kernel);

/// step += 1 in any case; skipped[0] += 1 and skipped[1] += 1 if the step was not finite, else
/// skipped[1] = 0; non_finite = 0 for the next step.
struct AdvanceStep {
  static constexpr std::string_view name = "advance_step";
  ConstTensorView finite;  // [1], i32
  TensorView step;         // [1], i32
  TensorView skipped;      // [2], i32: in all, and in a row
  TensorView non_finite;   // [1], i32

  void check(const Checker& checker) const;
};
void run_on(CpuContext& context, const AdvanceStep& kernel);
void run_on(CudaContext& context, const AdvanceStep& kernel);

}  // namespace electra
