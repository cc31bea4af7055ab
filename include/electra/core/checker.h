#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "electra/core/error.h"
#include "electra/core/tensor.h"

namespace electra {

/// Says what is wrong with a kernel's arguments: every failure throws a ShapeError that names the
/// kernel, the argument, what was expected and found, and the caller's line.
class Checker {
 public:
  Checker(std::string_view kernel, Context& context, Where where)
      : kernel_(kernel), context_(context), where_(where) {}

  /// `view` is present, on the context's device, and has exactly this shape and dtype. The context
  /// is told that it is about to be used.
  void tensor(std::string_view name, const ConstTensorView& view, const Shape& shape,
              DType dtype) const;
  /// The same, if the view is present at all.
  void optional(std::string_view name, const ConstTensorView& view, const Shape& shape,
                DType dtype) const;
  /// `view` is present, on this device, and of one of these dtypes; its shape is the caller's.
  void floating(std::string_view name, const ConstTensorView& view) const;
  /// A condition that shapes alone do not express; `expected` completes "expected …".
  void that(bool condition, std::string_view expected) const;
  [[noreturn]] void fail(const std::string& message) const;

 private:
  std::string_view kernel_;
  Context& context_;
  Where where_;
};

/// The dtype of statistics, parameters and sums beside activations of this dtype: f64 beside f64,
/// else f32.
[[nodiscard]] constexpr DType wide(DType activation) {
  return activation == DType::f64 ? DType::f64 : DType::f32;
}

}  // namespace electra
