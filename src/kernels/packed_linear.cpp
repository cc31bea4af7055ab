#include "electra/kernels/packed_linear.h"

#include <array>
#include <string>

#include "electra/core/error.h"
#include "kernels/weight_packing.h"

namespace electra {

std::span<const std::string_view> enum_names(WeightFormat) {
  static constexpr std::array<std::string_view, 3> names{"f32", "bf16", "int8"};
  return names;
}

void PackedLinear::check(const Checker& checker) const {
  const Index rows = x.rows(), out = weight.out, in = weight.in;
  checker.that(static_cast<bool>(weight), "a weight that is packed");
  checker.tensor("x", x, {rows, in}, DType::f32);
  checker.tensor("weight.words", weight.words, {packed_words(weight.format, out, in)}, DType::i32);
  if (weight.format == WeightFormat::int8) {
    const Shape groups{packed_scales(weight.format, out, in)};
    checker.tensor("weight.scales", weight.scales, groups, DType::f32);
    checker.tensor("weight.sums", weight.sums, groups, DType::f32);
  }
  checker.optional("bias", bias, {out}, DType::f32);
  checker.tensor("y", y, {rows, out}, DType::f32);
}

KernelCost PackedLinear::cost() const {
  const bool scaled = weight.format == WeightFormat::int8;
  const Index bytes = x.bytes() + weight.words.bytes() + y.bytes() +
                      (scaled ? weight.scales.bytes() + weight.sums.bytes() : 0) +
                      (bias ? bias.bytes() : 0);
  return {.flops = 2.0 * static_cast<double>(x.size()) * static_cast<double>(weight.out),
          .bytes = static_cast<double>(bytes)};
}

Index packed_words(WeightFormat format, Index out, Index in) {
  return weight_packing().words(format, out, in);
}

Index packed_scales(WeightFormat format, Index out, Index in) {
  return weight_packing().scales(format, out, in);
}

Index packed_row_unit() { return weight_packing().row_unit; }

void pack_weight(ConstTensorView weight, const PackedWeight& to) { pack_rows(weight, to, 0); }

void pack_rows(ConstTensorView rows, const PackedWeight& to, Index first) {
  const Index last = first + rows.rows(), unit = packed_row_unit();
  if (rows.width() != to.in || first % unit != 0 || last > to.out ||
      (last < to.out && last % unit != 0))
    throw ShapeError("pack_rows: expected rows of " + std::to_string(to.in) +
                     " numbers, from a multiple of " + std::to_string(unit) +
                     " to another or to the end, " + std::to_string(to.out) + ", found " +
                     std::to_string(first) + " to " + std::to_string(last) + " of " +
                     std::to_string(rows.width()));
  weight_packing().rows(rows, to, first);
}

bool has_unit_for(WeightFormat format) { return weight_packing().has_unit(format); }

}  // namespace electra
