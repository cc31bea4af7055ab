#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "electra/core/tensor.h"

namespace electra {

/// How a weight is stored that only products for inference read: as it was trained; rounded to
/// bf16; or rounded to 8 bits, every 128 numbers of a row (an output) by a scale of their own.
enum class WeightFormat : std::uint8_t { f32, bf16, int8 };
/// "f32", "bf16", "int8".
[[nodiscard]] std::span<const std::string_view> enum_names(WeightFormat);

/// A matrix [out, in] in the layout that the CPU's products for inference read
/// (kernels/packed_linear.h). Its memory is somebody else's.
struct PackedWeight {
  WeightFormat format = WeightFormat::f32;
  Index out = 0, in = 0;
  TensorView words{};   // [packed_words(format, out, in)], i32: one, two or four numbers a word
  TensorView scales{};  // [packed_scales(format, out, in)], f32: int8: of 128 numbers each
  TensorView sums{};    // as many, f32: int8: of these numbers

  [[nodiscard]] explicit operator bool() const { return static_cast<bool>(words); }
};

}  // namespace electra
