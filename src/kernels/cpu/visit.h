#pragma once

#include "electra/core/checker.h"

namespace electra::cpu {

/// Calls body with a value of the C++ type that `dtype` stands for; checks have refused i32.
template <class Body>
decltype(auto) visit_float(DType dtype, const Body& body) {
  switch (dtype) {
    case DType::bf16:
      return body(bf16{});
    case DType::f64:
      return body(double{});
    default:
      return body(float{});
  }
}

}  // namespace electra::cpu
