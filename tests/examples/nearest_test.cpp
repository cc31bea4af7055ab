#include "nearest.h"

#include <catch2/catch.hpp>

#include "electra/core/file.h"
#include "shop.h"
#include "support/temporary_folder.h"
#include "word_vectors.h"

using namespace electra;
using namespace electra::test;

namespace {

/// Of all choices of `most` among n items, those with one of the first h.
double counted_chance(unsigned n, unsigned h, int most) {
  int choices = 0, hits = 0;
  for (unsigned chosen = 0; chosen < 1U << n; ++chosen) {
    if (__builtin_popcount(chosen) != most) continue;
    ++choices;
    hits += (chosen & ((1U << h) - 1)) != 0;
  }
  return static_cast<double>(hits) / choices;
}

const Vectors corners{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}, {0.8F, 0.6F, 0}, {1, 0, 0}};

}  // namespace

TEST_CASE("the nearest comes first, of equals the earlier", "[applications][law]") {
  CHECK(nearest({1, 0, 0}, corners) == std::vector<std::size_t>{0, 4, 3, 1, 2});
}

TEST_CASE("what is near the mean of what was liked is recommended, but nothing that was",
          "[applications][law]") {
  CHECK(recommended(corners, {0, 1}) == std::vector<std::size_t>{3, 4, 2});
  CHECK(recommended(corners, {2}) == std::vector<std::size_t>{0, 1, 3, 4});
}

TEST_CASE("a hit is a customer, however much of theirs is found", "[applications][law]") {
  const std::vector<Customer> customers{{"a", {0, 1}, {3, 4}}, {"b", {2}, {4}}};
  CHECK(hit_share(corners, customers, 1) == 0.5);
  CHECK(hit_share(corners, customers, 3) == 0.5);
  CHECK(hit_share(corners, customers, 4) == 1);
}

TEST_CASE("chance is the share of all choices that hit", "[applications][law]") {
  const std::vector<Customer> customers{{"a", {0, 1, 2}, {3, 4}}, {"b", {0}, {4}}};
  CHECK(chance_of_hit(10, customers, 3) ==
        Approx((counted_chance(7, 2, 3) + counted_chance(9, 1, 3)) / 2));
}

TEST_CASE("words count by how often they stand and how few texts have them",
          "[applications][law]") {
  const std::vector<std::string> texts{"The ship, the SHIP!", "the sea a"};
  const WordVectors words(texts);  // columns: sea, ship, the
  const double rare = 1 + std::log(1.5), twice = 1 + std::log(2.0);
  const double length = std::hypot(twice * rare, twice);
  const std::vector<float> first = words(texts[0]);
  REQUIRE(first.size() == 3);
  CHECK(first[0] == 0);
  CHECK(first[1] == Approx(twice * rare / length));
  CHECK(first[2] == Approx(twice / length));
  CHECK(words("nobody knows") == std::vector<float>(3));
  CHECK(dot(words("a sea"), words("sea")) == Approx(1));
}

TEST_CASE("a title that a shop does not have is refused by its place", "[applications]") {
  const TemporaryFolder folder;
  write_file(folder / "items.tsv", "title\tdescription\nTent\tStands fast.\n");
  write_file(folder / "users.tsv", "user\tliked\theld_out\nada\tTent\tTend\n");
  const Shop shop = read_shop(folder / "items.tsv");
  CHECK(message_of<InputError>([&] { (void)read_customers(folder / "users.tsv", shop); }) ==
        (folder / "users.tsv").string() +
            ", line 2: expected the title of an item, found \"Tend\"");
}
