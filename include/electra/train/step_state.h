#pragma once

#include <cstddef>
#include <span>

#include "electra/core/parameters.h"
#include "electra/kernels/metrics.h"

namespace electra {

/// The values that change from step to step, in device memory: kernels read and write them through
/// views, so that a whole step can be captured once and replayed.
class StepState {
 public:
  /// `exact` is f32, or f64 for gradient checks. Everything starts at 0.
  StepState(Context& context, DType exact);

  /// What the host knows before a step.
  struct Inputs {
    double generator_scale = 0;      // loss weight over the masked positions of the whole step
    double discriminator_scale = 0;  // loss weight over the tokens of the whole step
    double temperature = 1;
  };
  void set(const Inputs& inputs);
  void set_step(Index step);
  /// Waits for the device and reads how many steps were skipped.
  struct Skipped {
    Index total = 0;
    Index in_a_row = 0;
  };
  [[nodiscard]] Skipped read_skipped() const;
  /// What a copy of `skipped` says.
  [[nodiscard]] static Skipped skipped_in(std::span<const std::byte> bytes);
  void set_skipped(Skipped skipped);
  [[nodiscard]] Index read_step() const;
  [[nodiscard]] double read(ConstTensorView scalar) const;
  void clear(const MetricSums& sums);

  TensorView step, finite, non_finite;                           // [1], i32
  TensorView skipped;                                            // [2], i32
  TensorView generator_scale, discriminator_scale, temperature;  // [1], exact
  TensorView rate, norm, clip_scale;                             // [1], exact
  MetricSums of_step;  // this step, before it is known to be finite
  MetricSums running;  // since the last line of the log

 private:
  [[nodiscard]] MetricSums make_sums(Index block) const;

  Context& context_;
  DType exact_;
  Buffer buffer_;
  TensorView inputs_;  // the slots of generator_scale, discriminator_scale and temperature
};

}  // namespace electra
