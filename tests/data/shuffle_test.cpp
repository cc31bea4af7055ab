#include "data/shuffle.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <numeric>

using namespace electra;

namespace {

std::vector<int> shuffled(int count, std::uint32_t example) {
  std::vector<int> elements(static_cast<std::size_t>(count));
  std::iota(elements.begin(), elements.end(), 0);
  shuffle(elements, RandomStream(7, site(Network::none, 0, Place::shuffle), example, 0));
  return elements;
}

}  // namespace

TEST_CASE("a shuffle keeps every element and depends on its stream alone", "[shuffle][law]") {
  for (const int count : {0, 1, 2, 3, 100, 5000}) {
    std::vector<int> found = shuffled(count, 1);
    CHECK(found == shuffled(count, 1));
    if (count >= 100) CHECK(found != shuffled(count, 2));
    std::sort(found.begin(), found.end());
    std::vector<int> all(static_cast<std::size_t>(count));
    std::iota(all.begin(), all.end(), 0);
    CHECK(found == all);
  }
}

TEST_CASE("every order is equally probable", "[shuffle][law]") {
  constexpr int turns = 24000;  // a thousand for each of 24 orders
  std::map<std::vector<int>, int> counts;
  for (int turn = 0; turn < turns; ++turn) ++counts[shuffled(4, static_cast<std::uint32_t>(turn))];
  CHECK(counts.size() == 24);
  double squares = 0;  // chi-squared of 23 degrees of freedom: 49.7 is passed once in a thousand
  for (const auto& [order, count] : counts) squares += (count - 1000.0) * (count - 1000.0) / 1000;
  CHECK(squares < 49.7);
}
