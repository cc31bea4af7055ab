#pragma once

#include <cmath>
#include <cstdint>

namespace electra::math {

/// A standard Gumbel number from one random word, in f32 on every backend: -log(-log1p(-u)) with
/// u = (word + 1/2) 2^-32. A word that rounds u to 1 gives -infinity.
[[nodiscard]] inline float gumbel(std::uint32_t word) {
  const float u = (static_cast<float>(word) + 0.5F) * 0x1p-32F;
  return -std::log(-std::log1p(-u));
}

}  // namespace electra::math
