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
