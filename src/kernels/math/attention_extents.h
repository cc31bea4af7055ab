#pragma once

#include "electra/core/tensor.h"

namespace electra::math {

struct AttentionExtents {
  Index batch = 0, length = 0, heads = 0, width = 0, hidden = 0;  // width: of a head
};

/// Read off qkv [batch, length, 3 * hidden].
[[nodiscard]] inline AttentionExtents extents(const ConstTensorView& qkv, Index heads) {
  const Index hidden = qkv.shape()[2] / 3;
  return {.batch = qkv.shape()[0],
          .length = qkv.shape()[1],
          .heads = heads,
          .width = hidden / heads,
          .hidden = hidden};
}

}  // namespace electra::math
