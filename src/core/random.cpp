#include "electra/core/random.h"

#include <cmath>
#include <numbers>

#include "core/philox.h"

namespace electra {

std::array<std::uint32_t, 4> philox(std::uint64_t seed, std::uint32_t block, std::uint32_t example,
                                    Site site, std::uint32_t step) {
  const auto words = math::philox(seed, {block, example, site.value, step});
  return {words.x, words.y, words.z, words.w};
}

std::uint32_t RandomStream::next() {
  if (used_ == 4) {
    words_ = philox(seed_, block_++, example_, site_, step_);
    used_ = 0;
  }
  return words_[static_cast<std::size_t>(used_++)];
}

double RandomStream::uniform() {
  const std::uint64_t high = next() >> 5U;
  const std::uint64_t low = next() >> 6U;
  return static_cast<double>(high << 26U | low) * 0x1p-53;
}

std::uint32_t RandomStream::below(std::uint32_t bound) {
  const std::uint32_t refused = (0U - bound) % bound;  // 2^32 mod bound: Lemire's rejection
  while (true) {
    const std::uint64_t product = std::uint64_t{next()} * bound;
    if (static_cast<std::uint32_t>(product) >= refused) {
      return static_cast<std::uint32_t>(product >> 32U);
    }
  }
}

double RandomStream::normal() {
  const double radius = std::sqrt(-2.0 * std::log1p(-uniform()));
  return radius * std::cos(2.0 * std::numbers::pi * uniform());
}

}  // namespace electra
