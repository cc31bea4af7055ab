#include "electra/kernels/mask_tokens.h"

#include <catch2/catch.hpp>
#include <numeric>
#include <set>

#include "support/kernel_case.h"

namespace electra {
namespace {

using Catch::Matchers::Contains;
using test::HostTensor;
using Draw = MaskTokens::Draw;

/// Rows "[CLS] words [SEP] words [SEP]" and padding; words are 100 to 999.
struct Case {
  Index batch;
  Index length;
  Index most;  // masked positions an example
  HostTensor ids{{batch * length}, DType::i32};
  HostTensor lengths{{batch}, DType::i32};
  HostTensor mask_counts{{batch}, DType::i32};
  HostTensor masked_ids{{batch * length}, DType::i32};
  HostTensor positions{{batch * most}, DType::i32};
  HostTensor originals{{batch * most}, DType::i32};
  HostTensor count{{1}, DType::i32};
  HostTensor step{{1}, DType::i32, {5}};
  MaskTokens options{.ids = {},
                     .rows = {},
                     .mask_counts = {},
                     .masked_ids = {},
                     .positions = {},
                     .originals = {},
                     .count = {},
                     .special = {},
                     .vocabulary = 1000,
                     .random = {.seed = 9, .step = {}, .first_example = 0, .site = {}}};

  void write(std::uint64_t seed) {
    RandomStream stream(seed, Site{1}, 0, 0);
    for (Index row = 0; row < batch; ++row) {
      const auto n =
          row % 3 == 0 ? length : 3 + stream.below(static_cast<std::uint32_t>(length - 2));
      lengths.set(row, static_cast<double>(n));
      for (Index i = 0; i < length; ++i)
        ids.set(row * length + i, i < n ? 100 + stream.below(900) : 0);
      for (const Index i : {n / 2, n - 1}) ids.set(row * length + i, 3);
      ids.set(row * length, 2);
      const double share = std::nearbyint(0.15 * static_cast<double>(n));
      const double candidates = static_cast<double>(n) - 3;
      mask_counts.set(row, std::min({std::max(1.0, share), candidates, static_cast<double>(most)}));
    }
  }
  void run() {
    MaskTokens kernel = options;
    kernel.ids = ids;
    kernel.rows = {batch, length, lengths};
    kernel.mask_counts = mask_counts;
    kernel.masked_ids = masked_ids;
    kernel.positions = positions;
    kernel.originals = originals;
    kernel.count = count;
    kernel.random.step = step;
    Context::create({}, {.threads = 2})->run(kernel);
  }
  Index masked() const { return static_cast<Index>(count[0]); }
};

Case written(Case c) {
  c.write(1);
  return c;
}

/// The columns that the definition takes from one example, ascending.
std::vector<Index> defined_columns(const Case& c, Index row) {
  std::vector<std::pair<std::uint32_t, Index>> order;
  for (Index i = 0; i < static_cast<Index>(c.lengths[row]); ++i) {
    const double id = c.ids[row * c.length + i];
    if (id == 0 || id == 2 || id == 3 || id == 4) continue;
    const auto words = philox(c.options.random.seed, static_cast<std::uint32_t>(i / 4),
                              c.options.random.first_example + static_cast<std::uint32_t>(row),
                              site(Network::none, 0, Place::mask_position), 5);
    order.emplace_back(words[static_cast<std::size_t>(i % 4)], i);
  }
  std::sort(order.begin(), order.end());
  std::vector<Index> columns;
  for (Index i = 0; i < static_cast<Index>(c.mask_counts[row]); ++i)
    columns.push_back(order[static_cast<std::size_t>(i)].second);
  std::sort(columns.begin(), columns.end());
  return columns;
}

}  // namespace

TEST_CASE("masking takes the first words of each example, in order", "[kernel][mask_tokens]") {
  const auto [batch, length, most] =
      GENERATE(table<Index, Index, Index>({{1, 5, 1}, {7, 33, 5}, {16, 128, 19}, {3, 512, 77}}));
  const float keep = GENERATE(0.0F, 0.15F, 1.0F);
  Case c = written({batch, length, most});
  c.options.keep = keep;
  c.options.random.first_example = 12;
  c.run();
  Index next = 0;
  std::set<Index> masked;
  for (Index row = 0; row < batch; ++row)
    for (const Index column : defined_columns(c, row)) {
      const Index position = row * length + column;
      REQUIRE(c.positions[next] == static_cast<double>(position));
      REQUIRE(c.originals[next] == c.ids[position]);
      masked.insert(position);
      ++next;
    }
  CHECK(c.masked() == next);
  CHECK(next > 0);
  for (Index i = next; i < batch * most; ++i) {
    CHECK(c.positions[i] == 0);
    CHECK(c.originals[i] == 0);
  }
  for (Index i = 0; i < batch * length; ++i) {
    const bool shows_mask = masked.count(i) > 0 && c.masked_ids[i] != c.ids[i];
    if (shows_mask)
      REQUIRE((keep < 1 && c.masked_ids[i] == 4));
    else if (masked.count(i) == 0 || keep == 1)
      REQUIRE(c.masked_ids[i] == c.ids[i]);
    if (keep == 0 && masked.count(i) > 0) REQUIRE(shows_mask);
  }
}

TEST_CASE("what stands at masked positions has the shares asked for",
          "[kernel][mask_tokens][law]") {
  const float random_share = GENERATE(0.0F, 0.1F);
  Case c = written({400, 128, 19});
  c.options.random_share = random_share;
  c.options.keep = 0.15F;
  c.run();
  double kept = 0, masks = 0, random = 0;
  for (Index i = 0; i < c.masked(); ++i) {
    const double id = c.masked_ids[static_cast<Index>(c.positions[i])];
    kept += id == c.originals[i] ? 1 : 0;
    masks += id == 4 && id != c.originals[i] ? 1 : 0;
    random += id != 4 && id != c.originals[i] ? 1 : 0;
    REQUIRE((id >= 0 && id < 1000));
  }
  const double n = static_cast<double>(c.masked());
  CHECK(n > 4000);
  const double deviation = 3.5 * std::sqrt(0.25 / n);
  CHECK(std::abs(kept / n - 0.15) < deviation);
  CHECK(std::abs(masks / n - (0.85 - double{random_share})) < deviation);
  CHECK(std::abs(random / n - double{random_share}) < (random_share > 0 ? deviation : 1e-9));
}

TEST_CASE("every candidate is masked equally often", "[kernel][mask_tokens][law]") {
  const auto draw = GENERATE(Draw::without_replacement, Draw::with_replacement);
  Case c = written({1, 24, 4});
  c.options.draw = draw;
  c.mask_counts.set(0, 4);
  std::vector<double> seen(24, 0.0);
  constexpr Index draws = 4000;
  for (Index i = 0; i < draws; ++i) {
    c.step.set(0, static_cast<double>(i));
    c.run();
    for (Index j = 0; j < 4; ++j) seen[static_cast<std::size_t>(c.positions[j])] += 1;
  }
  double chi_square = 0, candidates = 0;
  for (Index i = 0; i < 24; ++i) candidates += c.ids[i] >= 100 ? 1 : 0;
  const double mean = draws * 4 / candidates;
  for (Index i = 0; i < 24; ++i) {
    const double n = seen[static_cast<std::size_t>(i)];
    if (c.ids[i] >= 100)
      chi_square += (n - mean) * (n - mean) / mean;
    else
      CHECK(n == 0);
  }
  CHECK(candidates == 21);
  CHECK(chi_square < 45.3);  // 20 degrees of freedom, 99.9 in 100
}

TEST_CASE("masking with replacement has the reference's statistics", "[kernel][mask_tokens][law]") {
  // 19 draws from the 125 candidates of 128 tokens: 17.71 unique positions, 6.9 % of them drawn at
  // least twice (electra.md 1.5: computed from google-research/electra's pretrain_helpers.mask).
  constexpr Index batch = 3000;
  Case c{batch, 128, 19};
  c.write(1);
  for (Index row = 0; row < batch; ++row) {
    c.lengths.set(row, 128);
    c.mask_counts.set(row, 19);
    for (Index i = 0; i < 128; ++i)
      c.ids.set(row * 128 + i, i == 0 ? 2 : i == 60 || i == 127 ? 3 : 100);
  }
  c.options.draw = Draw::with_replacement;
  c.run();
  CHECK(c.masked() == batch * 19);
  double unique = 0, repeated = 0;
  for (Index i = 0; i < c.masked();) {
    Index next = i + 1;
    while (next < c.masked() && c.positions[next] == c.positions[i]) ++next;
    REQUIRE((next == c.masked() || c.positions[next] > c.positions[i]));
    unique += 1;
    repeated += next - i > 1 ? 1 : 0;
    i = next;
  }
  CHECK(unique / batch == Approx(17.71).margin(0.08));
  CHECK(repeated / unique == Approx(0.069).margin(0.005));
}

TEST_CASE("masking does not depend on how a batch is split, and does on key and evaluation",
          "[kernel][mask_tokens][law]") {
  const auto draw = GENERATE(Draw::without_replacement, Draw::with_replacement);
  Case whole = written({10, 64, 10});
  whole.options.draw = draw;
  whole.run();
  Case half = written({5, 64, 10});
  half.options.draw = draw;
  half.options.random.first_example = 5;
  for (Index i = 0; i < 5 * 64; ++i) half.ids.set(i, whole.ids[5 * 64 + i]);
  for (Index i = 0; i < 5; ++i) half.lengths.set(i, whole.lengths[5 + i]);
  for (Index i = 0; i < 5; ++i) half.mask_counts.set(i, whole.mask_counts[5 + i]);
  half.run();
  for (Index i = 0; i < 5 * 64; ++i) REQUIRE(half.masked_ids[i] == whole.masked_ids[5 * 64 + i]);
  const Index first = whole.masked() - half.masked();
  for (Index i = 0; i < half.masked(); ++i)
    REQUIRE(half.positions[i] + 5 * 64 == whole.positions[first + i]);

  Case again = whole, other_site = whole, evaluation = whole, step = whole, seed = whole;
  again.run();
  CHECK(again.positions == whole.positions);
  other_site.options.random.site = site(Network::generator, 3, Place::sample);
  other_site.run();
  CHECK(other_site.positions == whole.positions);
  CHECK(other_site.masked_ids == whole.masked_ids);
  evaluation.options.random.site = site(Network::none, 0, Place::sample, Draws::evaluation);
  evaluation.run();
  CHECK_FALSE(evaluation.positions == whole.positions);
  step.step.set(0, 6);
  step.run();
  CHECK_FALSE(step.positions == whole.positions);
  seed.options.random.seed += 1;
  seed.run();
  CHECK_FALSE(seed.positions == whole.positions);
}

TEST_CASE("masking counts what there is to mask", "[kernel][mask_tokens]") {
  const auto draw = GENERATE(Draw::without_replacement, Draw::with_replacement);
  Case c = written({3, 6, 4});
  c.options.draw = draw;
  c.ids = HostTensor({18}, DType::i32, {2, 3, 60, 0, 0, 0, 2, 1, 4, 50, 3, 70, 2, 5, 6, 7, 8, 9});
  c.lengths = HostTensor({3}, DType::i32, {2, 5, 6});
  c.mask_counts = HostTensor({3}, DType::i32, {1, 2, 4});
  c.run();
  CHECK(c.masked() == 6);  // no candidate, [UNK] and a word, four of five
  for (Index i = 0; i < 2; ++i) CHECK((c.originals[i] == 1 || c.originals[i] == 50));
  c.mask_counts.fill(0);
  c.run();
  CHECK(c.masked() == 0);
  CHECK(c.masked_ids == c.ids);
}

TEST_CASE("replacing puts samples in place and labels what changed", "[kernel][mask_tokens]") {
  const HostTensor lengths({2}, DType::i32, {4, 4});
  const HostTensor ids({8}, DType::i32, {2, 10, 11, 3, 2, 20, 21, 3});
  const HostTensor positions({6}, DType::i32, {1, 2, 5, 6, 6, 0});
  const HostTensor samples({6}, DType::i32, {10, 99, 77, 30, 33, 88});
  HostTensor count({1}, DType::i32, {5});
  HostTensor corrupted({8}, DType::i32), labels({8}, DType::i32);
  const auto context = Context::create({}, {.threads = 2});
  const ReplaceTokens kernel{.ids = ids.view(),
                             .rows = {2, 4, lengths.view()},
                             .positions = positions.view(),
                             .samples = samples.view(),
                             .count = count,
                             .corrupted_ids = corrupted,
                             .labels = labels};
  context->run(kernel);
  CHECK(corrupted.values() == std::vector<double>{2, 10, 99, 3, 2, 77, 31, 3});
  CHECK(labels.values() == std::vector<double>{0, 0, 1, 0, 0, 1, 1, 0});
  count.set(0, 0);
  context->run(kernel);
  CHECK(corrupted == ids);
  CHECK(labels.values() == std::vector<double>(8, 0.0));
  count.set(0, 6);
  context->run(kernel);
  CHECK(corrupted[0] == 88);
}

TEST_CASE("masking and replacing refuse what does not fit", "[kernel][mask_tokens]") {
  Case c = written({3, 6, 4});
  c.options.random_share = 0.9F;
  CHECK_THROWS_WITH(c.run(), Contains("mask_tokens: expected keep and random_share"));
  Case wrong = written({3, 6, 4});
  wrong.lengths = HostTensor({2}, DType::i32);
  CHECK_THROWS_WITH(wrong.run(), Contains("rows.lengths: expected i32 [3], found i32 [2]"));
}

}  // namespace electra
