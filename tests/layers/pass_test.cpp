#include "electra/layers/pass.h"

#include <catch2/catch.hpp>
#include <set>

using namespace electra;
using Catch::Matchers::Contains;

namespace {

/// A micro-batch, a context and an arena: what a pass is made of.
struct Parts {
  std::unique_ptr<Context> context = Context::create({}, {.threads = 1});
  Arena arena{*context};
  std::vector<std::int32_t> lengths{3, 2};
  std::vector<std::int32_t> labels{0, 1};
  std::int32_t step = 5;
  MicroBatch batch{.ids = {},
                   .types = {},
                   .rows = {.batch = 2, .length = 4, .lengths = {lengths.data(), {2}, DType::i32}},
                   .first = 6,
                   .columns = {{"label", {labels.data(), {2}, DType::i32}}}};

  [[nodiscard]] Pass pass(Mode mode, Draws draws = Draws::training) {
    return pass_over(batch, *context, arena,
                     {.seed = 11, .step = {&step, {1}, DType::i32}, .mode = mode, .draws = draws});
  }
};

}  // namespace

TEST_CASE("a column of a micro-batch is found by name, and one that there is not is named",
          "[pass]") {
  const Parts parts;
  CHECK(parts.batch.column("label").raw() == parts.labels.data());
  CHECK_THROWS_WITH(parts.batch.column("masks"), Contains("no column \"masks\""));
}

TEST_CASE("a pass is whole: rows of texts, and randomness by seed, step and global example",
          "[pass]") {
  Parts parts;
  const Pass pass = parts.pass(Mode::training);
  CHECK(&pass.context == parts.context.get());
  CHECK(pass.rows.count() == 8);
  CHECK(pass.rows.lengths.raw() == parts.lengths.data());
  CHECK(pass.random.seed == 11);
  CHECK(pass.random.step.raw() == &parts.step);
  CHECK(pass.random.first_example == 6);
  CHECK(pass.tensor({3}, DType::f64).shape() == Shape{3});
}

TEST_CASE("only training drops out", "[pass]") {
  Parts parts;
  CHECK(parts.pass(Mode::training).dropout(0.25F) == 0.25F);
  CHECK(parts.pass(Mode::inference).dropout(0.25F) == 0.0F);
}

TEST_CASE("networks, layers, places and evaluations draw at sites of their own", "[pass][law]") {
  Parts parts;
  std::set<std::uint32_t> sites;
  for (const Draws draws : {Draws::training, Draws::evaluation})
    for (const Network network : {Network::none, Network::generator, Network::discriminator})
      for (const int layer : {0, 1})
        for (const Place place : {Place::embedding_dropout, Place::sample}) {
          const RandomKey key = parts.pass(Mode::inference, draws).of(network).key(layer, place);
          CHECK(key.first_example == 6);
          CHECK(key.site == site(network, layer, place, draws));
          sites.insert(key.site.value);
        }
  CHECK(sites.size() == 24);
}

TEST_CASE("the pass of a network leaves the pass that it is of as it was", "[pass]") {
  Parts parts;
  const Pass pass = parts.pass(Mode::training);
  const Pass other = pass.of(Network::generator);
  CHECK(pass.network == Network::none);
  CHECK(other.network == Network::generator);
  CHECK(&other.arena == &pass.arena);
  CHECK(other.rows.lengths.raw() == pass.rows.lengths.raw());
}
