#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "electra/core/context.h"
#include "electra/kernels/text_rows.h"

namespace electra {

/// How the rows of a text become one: that of [CLS], which is the first; the mean of all tokens;
/// the largest value of each column.
enum class Pooling : std::uint8_t { cls, mean, max };
/// "cls", "mean", "max".
[[nodiscard]] std::span<const std::string_view> enum_names(Pooling);

/// One row for each text, padding left out. A text without tokens gets 0.
struct PoolForward {
  static constexpr std::string_view name = "pool_forward";
  ConstTensorView x;  // [rows, width]
  TextRows rows;
  TensorView y;         // [batch, width], x's dtype
  TensorView places{};  // [batch, width], i32: max: the place in its text of each value, the first
                        // among equals, -1 in a text without tokens; the others: absent
  Pooling pooling = Pooling::cls;

  void check(const Checker& checker) const;
  [[nodiscard]] KernelCost cost() const;
};
void run_on(CpuContext& context, const PoolForward& kernel);
void run_on(CudaContext& context, const PoolForward& kernel);

/// dx is 0 where nothing was taken, unless it is added to. Derived in docs/math/pooling.md.
struct PoolBackward {
  static constexpr std::string_view name = "pool_backward";
  ConstTensorView dy;  // [batch, width]
  TextRows rows;
  ConstTensorView places{};  // max: as the forward wrote them
  Into dx;                   // [rows, width], dy's dtype
  Pooling pooling = Pooling::cls;

  void check(const Checker& checker) const;
  [[nodiscard]] KernelCost cost() const;
};
void run_on(CpuContext& context, const PoolBackward& kernel);
void run_on(CudaContext& context, const PoolBackward& kernel);

}  // namespace electra
