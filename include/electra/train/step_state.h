#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "electra/core/parameters.h"
#include "electra/train/sums.h"

namespace electra {

/// Numbers that change from step to step and that the host knows before it, by name: denominators
/// of losses, temperatures. They lie in device memory at fixed places.
class Scalars {
 public:
  /// Throws Error for a ninth name.
  void set(std::string_view name, double value);

 private:
  friend class StepState;
  static constexpr std::size_t most = 8;

  struct Scalar {
    std::string name;
    double value = 0;
  };
  std::vector<Scalar> all_;
};

/// The values that change from step to step, in device memory: kernels read and write them through
/// views, so that a whole step can be captured once and replayed.
class StepState {
 public:
  /// `exact` is f32, or f64 for gradient checks; `pieces` are what the objective adds up.
  /// Everything starts at 0.
  StepState(Context& context, DType exact, std::span<const SumPiece> pieces);

  /// The scalars of the next step; those that are set again keep their places.
  void upload(const Scalars& scalars);
  /// [1], exact. Throws Error for a name that was never uploaded.
  [[nodiscard]] TensorView scalar(std::string_view name) const;
  /// Puts into the stream: what was counted joins what runs, if the step was finite, and the next
  /// step follows.
  void end_step();
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
  [[nodiscard]] double read(ConstTensorView scalar) const;

  TensorView step, finite;  // [1], i32
  /// [1], i32: a kernel raises it for a loss that is not finite, and only together with gradients
  /// that are not, by which the other ranks know.
  TensorView non_finite;
  TensorView skipped;                 // [2], i32
  TensorView rate, norm, clip_scale;  // [1], exact
  Sums of_step;                       // this step, before it is known to be finite
  Sums running;                       // since the last line of the log

 private:
  Context& context_;
  DType exact_;
  Buffer buffer_;
  TensorView inputs_;  // a slot for each scalar
  std::vector<std::string> names_;
};

}  // namespace electra
