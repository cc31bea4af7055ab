#pragma once

#include <cstdint>

namespace electra::math {

/// Four words: counter or result of Philox 4x32.
struct Words4 {
  std::uint32_t x, y, z, w;
};

/// Philox 4x32-10 (Salmon et al., SC 2011, "Parallel random numbers: as easy as 1, 2, 3"), with the
/// constants of Random123. Shared by all backends.
[[nodiscard]] constexpr Words4 philox(std::uint64_t key, Words4 c) {
  auto k0 = static_cast<std::uint32_t>(key);
  auto k1 = static_cast<std::uint32_t>(key >> 32U);
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t p0 = std::uint64_t{0xD2511F53U} * c.x;
    const std::uint64_t p1 = std::uint64_t{0xCD9E8D57U} * c.z;
    c = {static_cast<std::uint32_t>(p1 >> 32U) ^ c.y ^ k0, static_cast<std::uint32_t>(p1),
         static_cast<std::uint32_t>(p0 >> 32U) ^ c.w ^ k1, static_cast<std::uint32_t>(p0)};
    k0 += 0x9E3779B9U;
    k1 += 0xBB67AE85U;
  }
  return c;
}

}  // namespace electra::math
