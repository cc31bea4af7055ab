#pragma once

#include "electra/kernels/matmul.h"

namespace electra::math {

/// c [batch, m, n] from op(a) [batch, m, k] and op(b) [batch, k, n].
struct MatmulExtents {
  Index batch = 1, m = 0, n = 0, k = 0;
};

/// Read off a and c, of ranks that `check` has accepted.
[[nodiscard]] inline MatmulExtents extents(const Matmul& kernel) {
  const Shape& a = kernel.a.shape();
  const Shape& c = kernel.c.shape();
  const std::size_t first = a.rank() - 2;
  return {.batch = first == 1 ? a[0] : 1,
          .m = c[first],
          .n = c[first + 1],
          .k = a[kernel.transpose_a == Transpose::no ? first + 1 : first]};
}

}  // namespace electra::math
