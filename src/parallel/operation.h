#pragma once

#include <string>
#include <string_view>

#include "electra/core/tensor.h"

namespace electra {

/// "all_reduce_sum f32 [1024]": as messages name an operation.
[[nodiscard]] inline std::string described(std::string_view operation,
                                           const ConstTensorView& view) {
  return std::string(operation) + " " + std::string(to_string(view.dtype())) + " " +
         to_string(view.shape());
}

}  // namespace electra
