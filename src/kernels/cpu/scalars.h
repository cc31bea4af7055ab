#pragma once

#include "kernels/cpu/lanes.h"

namespace electra::cpu {

/// One element as the arithmetic beside it has it.
template <class T>
[[nodiscard]] Wide<T> widened(T value) {
  if constexpr (std::is_same_v<T, bf16>)
    return to_float(value);
  else
    return value;
}

/// The value rounded to T.
template <class T>
[[nodiscard]] T narrowed(Wide<T> value) {
  if constexpr (std::is_same_v<T, bf16>)
    return to_bf16(value);
  else
    return value;
}

}  // namespace electra::cpu
