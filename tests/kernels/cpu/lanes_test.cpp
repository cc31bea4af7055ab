#include "kernels/cpu/lanes.h"

#include <array>
#include <bit>
#include <catch2/catch.hpp>
#include <cstdint>

using namespace electra;

TEST_CASE("a register of numbers is rounded to bf16 as each by itself, subnormal ones too",
          "[kernel][cpu]") {
  constexpr auto n = static_cast<std::size_t>(cpu::lane_count<float>);
  std::uint32_t state = 1;
  const auto next = [&] { return state = state * 1664525U + 1013904223U; };
  for (int round = 0; round < 4000; ++round) {
    std::array<float, n> values{};
    for (float& value : values) {
      std::uint32_t bits = next();
      if (round % 4 == 1) bits &= 0x807fffffU;  // subnormal
      if (round % 4 == 2) bits |= 0x7f800000U;  // infinite, NaN
      if (round % 4 == 3 && next() % 8 != 0) bits = bits % 0x3f800000U;
      value = std::bit_cast<float>(bits);
    }
    std::array<bf16, n> rounded{};
    cpu::store(rounded.data(), cpu::load(values.data()));
    for (std::size_t i = 0; i < n; ++i) {
      INFO("bits " << std::bit_cast<std::uint32_t>(values[i]));
      REQUIRE(rounded[i] == to_bf16(values[i]));
    }
  }
}
