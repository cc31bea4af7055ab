#include "electra/core/random.h"

#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <set>
#include <vector>

#include "core/philox.h"
#include "kernels/math/dropout.h"

using namespace electra;

TEST_CASE("Philox 4x32-10 gives the known answers of Random123", "[random][law]") {
  struct Answer {
    std::uint64_t key;
    math::Words4 counter, expected;
  };
  const std::array answers{
      Answer{0, {0, 0, 0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
      Answer{~std::uint64_t{0},
             {~0U, ~0U, ~0U, ~0U},
             {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
      Answer{0x299f31d0a4093822,
             {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
             {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}}};
  for (const Answer& answer : answers) {
    const math::Words4 found = math::philox(answer.key, answer.counter);
    CHECK(found.x == answer.expected.x);
    CHECK(found.y == answer.expected.y);
    CHECK(found.z == answer.expected.z);
    CHECK(found.w == answer.expected.w);
  }
}

TEST_CASE("the counter is (block, example, site, step) under the seed", "[random][law]") {
  const Site where = site(Network::discriminator, 3, Place::attention_dropout);
  const auto words = philox(7, 11, 13, where, 17);
  const math::Words4 direct = math::philox(7, {11, 13, where.value, 17});
  CHECK(words == std::array{direct.x, direct.y, direct.z, direct.w});
}

TEST_CASE("every (network, layer, place, draws) has a site of its own", "[random][law]") {
  std::set<std::uint32_t> seen;
  int count = 0;
  for (const Network network : {Network::none, Network::generator, Network::discriminator})
    for (int layer = 0; layer < 1024; ++layer)
      for (std::uint32_t place = 0; place <= 12; ++place)
        for (const Draws draws : {Draws::training, Draws::evaluation}) {
          seen.insert(site(network, layer, static_cast<Place>(place), draws).value);
          ++count;
        }
  CHECK(static_cast<int>(seen.size()) == count);
  const Site base = site(Network::generator, 0, Place::sample, Draws::evaluation);
  CHECK(at_layer(base, 77) == site(Network::generator, 77, Place::sample, Draws::evaluation));
  CHECK(at_place(base, Place::mask_keep) ==
        site(Network::generator, 0, Place::mask_keep, Draws::evaluation));
}

TEST_CASE("attention probabilities have numbers of their own within 512 x 512", "[random][law]") {
  std::set<std::uint64_t> seen;
  for (std::uint32_t q = 0; q < 512; ++q)
    for (std::uint32_t k = 0; k < 512; ++k) {
      const int number = math::attention_number(k);
      REQUIRE(number >= 0);
      REQUIRE(number < 8);
      seen.insert(std::uint64_t{math::attention_block(1, q, k)} * 8 +
                  static_cast<std::uint64_t>(number));
    }
  CHECK(seen.size() == 512 * 512);
  CHECK(math::attention_block(0, 511, 511) < math::attention_block(1, 0, 0));
}

TEST_CASE("a dropout rate is quantised, and its scale keeps the mean", "[random][law]") {
  for (const float p : {0.0F, 0.1F, 0.5F, 0.9F}) {
    const math::DropoutRate rate = math::dropout_rate(p);
    CHECK(std::abs(static_cast<double>(rate.threshold) / 65536.0 - p) <= 0.5 / 65536.0 + 1e-8);
    CHECK(rate.scale * (65536.0F - static_cast<float>(rate.threshold)) == Approx(65536.0F));
  }
}

TEST_CASE("a random stream is uniform, normal, and without bias below a bound", "[random][law]") {
  RandomStream random(5, site(Network::none, 0, Place::pack), 1, 2);
  constexpr int draws = 100000;
  double sum = 0;
  double squares = 0;
  std::vector<int> counts(7, 0);
  for (int i = 0; i < draws; ++i) {
    const double normal = random.normal();
    sum += normal;
    squares += normal * normal;
    ++counts[random.below(7)];
    const double uniform = random.uniform();
    REQUIRE(uniform >= 0);
    REQUIRE(uniform < 1);
  }
  CHECK(std::abs(sum / draws) < 4 / std::sqrt(draws));
  CHECK(std::abs(squares / draws - 1) < 4 * std::sqrt(2.0 / draws));
  double chi_square = 0;
  for (const int count : counts) chi_square += std::pow(count - draws / 7.0, 2) / (draws / 7.0);
  CHECK(chi_square < 22.46);  // 99.9 % of chi-square with 6 degrees of freedom
}
