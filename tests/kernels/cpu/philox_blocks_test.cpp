#include "kernels/cpu/philox_blocks.h"

#include <catch2/catch.hpp>

namespace electra {

TEST_CASE("Philox blocks side by side are Philox blocks", "[kernel][random]") {
  const std::uint64_t key = GENERATE(0ULL, ~0ULL, 0x0123456789abcdefULL);
  const math::Words4 counter =
      GENERATE(math::Words4{0, 0, 0, 0}, math::Words4{0xffffffffU, 0xffffffffU, 1, 0x80000000U},
               math::Words4{4096, 17, 0x10004, 99});
  const auto words = cpu::philox_words(key, counter);
  for (std::uint32_t i = 0; i < cpu::blocks_at_once; ++i) {
    const auto one = math::philox(key, {counter.x + i, counter.y, counter.z, counter.w});
    CHECK(words[4 * i] == one.x);
    CHECK(words[4 * i + 1] == one.y);
    CHECK(words[4 * i + 2] == one.z);
    CHECK(words[4 * i + 3] == one.w);
  }
}

}  // namespace electra
