#pragma once

#include "support/environment.h"

namespace electra::bench {

/// Which rate of the machine bounds a kernel. A CPU's rate of products is that of f32.
enum class Bound { matrix, matrix_bf16, copy };

[[nodiscard]] inline Bound matrix_bound(DType dtype) {
  return dtype == DType::bf16 ? Bound::matrix_bf16 : Bound::matrix;
}

struct MachineRates {
  double flops = 0;       // a second, in a large f32 product
  double bf16_flops = 0;  // a second, in a large bf16 product
  double bytes = 0;       // a second, read plus written, copying memory far larger than the caches
  double smallest_kernel_seconds = 0;  // on a GPU: a kernel that writes one number

  [[nodiscard]] double of(Bound bound) const {
    if (bound == Bound::copy) return bytes;
    return bound == Bound::matrix ? flops : bf16_flops;
  }
};

/// This machine's own, measured once in each run.
[[nodiscard]] const MachineRates& machine();

}  // namespace electra::bench
