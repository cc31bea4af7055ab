#pragma once

#include <string_view>

#include "electra/core/context.h"
#include "electra/core/random.h"
#include "electra/kernels/text_rows.h"

namespace electra {

/// y = x / (1 - rate) where an element is kept, else 0; which are kept is a function of the key and
/// the element's text, place and column. On the gradient it is its own backward.
struct Dropout {
  static constexpr std::string_view name = "dropout";
  ConstTensorView x;   // [rows, width]
  TensorView y;        // [rows, width], x's dtype; may be x itself
  TextRows rows;       // for the numbering
  float rate = 0;      // below 1; 0: a copy
  RandomKey random{};  // needed if rate > 0

  void check(const Checker& checker) const;
  [[nodiscard]] KernelCost cost() const;
};
void run_on(CpuContext& context, const Dropout& kernel);
void run_on(CudaContext& context, const Dropout& kernel);

}  // namespace electra
