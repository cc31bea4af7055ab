#pragma once

#include "electra/kernels/text_rows.h"

namespace electra::math {

struct AttentionExtents {
  Index batch = 0, length = 0, heads = 0, width = 0, hidden = 0;  // width: of a head
};

/// Read off qkv [rows, 3 * hidden] and its rows.
[[nodiscard]] inline AttentionExtents extents(const ConstTensorView& qkv, const TextRows& rows,
                                              Index heads) {
  const Index hidden = qkv.width() / 3;
  return {.batch = rows.batch,
          .length = rows.length,
          .heads = heads,
          .width = hidden / heads,
          .hidden = hidden};
}

}  // namespace electra::math
