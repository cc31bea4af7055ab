#include "electra/train/gradient_sum.h"

#include <array>
#include <catch2/catch.hpp>

#include "electra/core/context.h"
#include "support/thread_ranks.h"

using namespace electra;

namespace {

constexpr Index size = 1000;

/// A gradient that f32 holds and bf16 does not.
float element(Index i, int rank) {
  return (1.0F + static_cast<float>(i) * 0x1p-12F) * static_cast<float>(rank + 1);
}

/// What each of so many ranks has afterwards.
std::vector<std::vector<float>> sums(int count, Reduction reduction) {
  std::vector<std::vector<float>> all(static_cast<std::size_t>(count));
  const auto messages = test::on_threads(count, [&](Communicator& ranks, Context& context) {
    auto& mine = all[static_cast<std::size_t>(ranks.rank())];
    for (Index i = 0; i < size; ++i) mine.push_back(element(i, ranks.rank()));
    GradientSum(context, ranks, {mine.data(), {size / 10, 10}, DType::f32}, reduction).reduce();
  });
  for (const std::string& message : messages) CHECK(message.empty());
  return all;
}

}  // namespace

TEST_CASE("gradients of all ranks are added exactly, and are the same on each",
          "[gradient_sum][threads]") {
  const auto all = sums(2, Reduction::f32);
  for (const auto& mine : all)
    for (Index i = 0; i < size; ++i)
      REQUIRE(mine[static_cast<std::size_t>(i)] == element(i, 0) + element(i, 1));
}

TEST_CASE("a rank alone rounds nothing, whatever it is told", "[gradient_sum]") {
  for (const Reduction reduction : {Reduction::f32, Reduction::bf16}) {
    const auto alone = sums(1, reduction);
    for (Index i = 0; i < size; ++i)
      REQUIRE(alone[0][static_cast<std::size_t>(i)] == element(i, 0));
  }
}

TEST_CASE("gradients of f64 are added as such", "[gradient_sum][threads]") {
  std::array<double, 2> all{0.1, 0.2};
  const auto messages = test::on_threads(2, [&](Communicator& ranks, Context& context) {
    double& mine = all[static_cast<std::size_t>(ranks.rank())];
    GradientSum(context, ranks, {&mine, {1}, DType::f64}, Reduction::f32).reduce();
  });
  for (const std::string& message : messages) CHECK(message.empty());
  CHECK(all == std::array{0.1 + 0.2, 0.1 + 0.2});
}
