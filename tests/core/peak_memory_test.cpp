#include "electra/core/peak_memory.h"

#include <catch2/catch.hpp>
#include <cstddef>
#include <vector>

using namespace electra;

TEST_CASE("the peak of memory is in bytes, and stays when the memory is given back",
          "[memory][law]") {
  constexpr std::size_t held = std::size_t{64} << 20;
  {
    const std::vector<char> block(held, 1);
    CHECK(block.back() == 1);
    CHECK(peak_memory_bytes() >= static_cast<Index>(held));
  }
  CHECK(peak_memory_bytes() >= static_cast<Index>(held));
}

TEST_CASE("resident memory grows with what is held, and is never more than the peak",
          "[memory][law]") {
  const Index before = resident_memory_bytes();
  constexpr std::size_t held = std::size_t{64} << 20;
  const std::vector<char> block(held, 1);
  CHECK(block.back() == 1);
  CHECK(resident_memory_bytes() > before + static_cast<Index>(held / 2));
  CHECK(resident_memory_bytes() <= peak_memory_bytes() + (Index{4} << 20));  // counted apart
}
