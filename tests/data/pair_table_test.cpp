#include "data/pair_table.h"

#include <catch2/catch.hpp>

using namespace electra;

TEST_CASE("a pair keeps its number while others come", "[pair_table]") {
  PairTable table;
  const auto key_of = [](std::uint64_t i) { return (i % 300) << 32U | i / 300; };
  for (std::uint32_t i = 0; i < 20000; ++i) {
    REQUIRE(table.number_of(key_of(i)) == i);
    table[i].count = i;
  }
  for (std::uint32_t i = 0; i < 20000; ++i) REQUIRE(table.number_of(key_of(i)) == i);
  CHECK(table.pairs().size() == 20000);
  CHECK(table.pairs()[777].count == 777);
  CHECK(table.pairs()[777].key == key_of(777));
}
