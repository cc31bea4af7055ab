#pragma once

#include "electra/core/shape.h"

namespace electra {

/// A half-open part of a text: in code points, of which a byte that is not UTF-8 counts as one, or
/// in bytes, as whoever has one says.
struct TextSpan {
  Index begin = 0, end = 0;

  friend bool operator==(const TextSpan&, const TextSpan&) = default;
};

}  // namespace electra
