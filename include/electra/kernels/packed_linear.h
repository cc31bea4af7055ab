#pragma once

#include <optional>
#include <string_view>

#include "electra/core/context.h"
#include "electra/core/packed_weight.h"
#include "electra/kernels/gelu.h"

namespace electra {

/// y = activation(x weight^T + bias), as inference has it on a CPU: the weight has been laid out
/// once, by pack_weight. There is no such kernel for a GPU, where weights lie as they are.
///
/// f32: sums of f32. bf16: x is rounded to bf16, products are summed in f32. int8: every 128
/// numbers of a row of x are rounded to 0 … 255, x = a (q - zero), with a and zero from the least
/// and the greatest of them, and with weight = scale w: y is the sum over these groups of
/// a scale (sum q w - zero sum w), where sums are of integers, and the bias. The same bits for any
/// number of threads and wherever a row stands. NaN in a row of x is NaN in all of its y; so is, in
/// int8, an infinity. Derived in docs/math/packed_linear.md.
struct PackedLinear {
  static constexpr std::string_view name = "packed_linear";
  ConstTensorView x;  // [rows, in], f32
  PackedWeight weight;
  ConstTensorView bias{};            // [out], f32; may be left out
  TensorView y;                      // [rows, out], f32
  std::optional<Gelu> activation{};  // none: y is the sum

  void check(const Checker& checker) const;
  [[nodiscard]] KernelCost cost() const;
};
void run_on(CpuContext& context, const PackedLinear& kernel);

/// How many words a weight takes when it is packed; the layout is that of this processor.
[[nodiscard]] Index packed_words(WeightFormat format, Index out, Index in);
/// How many scales, and sums, belong to it.
[[nodiscard]] Index packed_scales(WeightFormat format, Index out, Index in);
/// Lays weight [out, in], f32, in the host's memory, out in `to`, all of whose views exist.
/// Rounding is to the nearest, ties to even; a group of int8 has its greatest magnitude at 127.
void pack_weight(ConstTensorView weight, const PackedWeight& to);
/// The same of some of its rows, from `first` on: a multiple of `packed_row_unit()`, as their
/// number is unless they are the last. Throws ShapeError for others.
void pack_rows(ConstTensorView rows, const PackedWeight& to, Index first);
[[nodiscard]] Index packed_row_unit();
/// Whether `instruction_set()` multiplies such weights in a unit of the processor's for them:
/// without it they are slower than f32.
[[nodiscard]] bool has_unit_for(WeightFormat format);

}  // namespace electra
