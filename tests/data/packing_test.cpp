#include "electra/data/packing.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "electra/core/error.h"
#include "electra/core/random.h"
#include "support/temporary_folder.h"

using namespace electra;
using Catch::Matchers::Contains;
using electra::test::message_of;

namespace {

using Lengths = std::vector<std::vector<std::uint32_t>>;
using Ranges = std::vector<TokenRange>;

std::vector<DocumentSentences> documents_of(const Lengths& lengths) {
  std::vector<DocumentSentences> documents;
  Index token = 0;
  for (const auto& document : lengths) {
    documents.push_back({.first_token = token, .lengths = document});
    for (const auto length : document) token += length;
  }
  return documents;
}

Index tokens_of(const Lengths& lengths) {
  Index tokens = 0;
  for (const auto& document : lengths)
    for (const auto length : document) tokens += length;
  return tokens;
}

Ranges copy(std::span<const TokenRange> ranges) { return {ranges.begin(), ranges.end()}; }

/// Documents of all kinds: none, one or many sentences, empty and one-token sentences, some longer
/// than an example.
Lengths mixed_documents(std::size_t count, std::uint64_t seed) {
  RandomStream random(seed, site(Network::none, 0, Place::sample), 0, 0);
  Lengths lengths(count);
  for (auto& document : lengths)
    for (std::uint32_t left = random.below(12); left > 0; --left)
      document.push_back(random.below(10) == 0 ? random.below(400) : random.below(20));
  lengths[0] = {1};
  lengths[1] = {0, 1, 0};
  return lengths;
}

/// Every example that the packing has obeys the format; returns how often each token is in one.
std::vector<int> uses_of_checked(const Packing& packing, const Lengths& lengths, Index length) {
  std::vector<int> uses(static_cast<std::size_t>(tokens_of(lengths)));
  std::vector<std::size_t> document_of;
  for (std::size_t d = 0; d < lengths.size(); ++d)
    for (const auto sentence : lengths[d]) document_of.insert(document_of.end(), sentence, d);
  for (Index i = 0; i < packing.count(); ++i) {
    const PackedExample example = packing[i];
    REQUIRE(example.length() <= length);
    REQUIRE_FALSE(example.first.empty());
    const auto document = document_of[static_cast<std::size_t>(example.first[0].begin)];
    for (const auto& segment : {example.first, example.second}) {
      Index end = -1;
      for (const TokenRange& range : segment) {
        REQUIRE(range.size() > 0);
        REQUIRE(range.begin > end);  // in order, and neighbours are joined
        end = range.end;
        for (Index token = range.begin; token < range.end; ++token) {
          ++uses[static_cast<std::size_t>(token)];
          REQUIRE(document_of[static_cast<std::size_t>(token)] == document);
        }
      }
    }
    if (!example.second.empty()) REQUIRE(example.first[0].begin < example.second[0].begin);
  }
  return uses;
}

}  // namespace

TEST_CASE("packing, worked by hand", "[packing]") {
  // One sentence of 9 at length 5: [CLS] and [SEP] leave room for 3, and the tail goes on.
  const Lengths one{{9}};
  const auto carried = pack(documents_of(one), {.length = 5}, 0);
  REQUIRE(carried.count() == 3);
  for (Index i = 0; i < 3; ++i) {
    CHECK(copy(carried[i].first) == Ranges{{3 * i, 3 * i + 3}});
    CHECK(carried[i].second.empty());
    CHECK(carried[i].length() == 5);
  }
  const auto dropped = pack(documents_of(one), {.length = 5, .carry_overflow = false}, 0);
  REQUIRE(dropped.count() == 1);
  CHECK(copy(dropped[0].first) == Ranges{{0, 3}});
}

TEST_CASE("sentences are dealt as the reference deals them", "[packing]") {
  // Length 15: the first segment aims at 6. Sentences of 4, 7 and 1 wait when the document ends.
  // 4 opens the first. 7 would put it over: by a coin to the first or to the second. After heads
  // the first has 11, and 1 goes to the second; after tails 1 still fits the first (4 + 1 < 6),
  // from behind the 7. One example in ten takes all three as its first segment.
  const Lengths lengths(4000, {4, 7, 1});
  const auto documents = documents_of(lengths);
  const auto packing = pack(documents, {.length = 15}, 0);
  Index heads = 0;
  Index tails = 0;
  Index single = 0;
  for (Index i = 0; i < packing.count(); ++i) {
    const PackedExample example = packing[i];
    const Index at = example.first[0].begin;
    const bool whole = at % 12 == 0 && example.length() >= 14;
    if (!whole) continue;  // a short target cut the document in two
    if (example.second.empty()) {
      single += copy(example.first) == Ranges{{at, at + 12}};
    } else if (copy(example.first) == Ranges{{at, at + 11}}) {
      heads += copy(example.second) == Ranges{{at + 11, at + 12}};
    } else if (copy(example.first) == Ranges{{at, at + 4}, {at + 11, at + 12}}) {
      tails += copy(example.second) == Ranges{{at + 4, at + 11}};
    }
  }
  const auto total = static_cast<double>(heads + tails + single);
  REQUIRE(total > 3600);
  // Five standard deviations of the binomials.
  CHECK(std::abs(static_cast<double>(single) - 0.1 * total) < 5 * std::sqrt(0.09 * total));
  CHECK(std::abs(static_cast<double>(heads - tails)) < 5 * std::sqrt(total));
}

TEST_CASE("each token is packed once, or at most once without carrying", "[packing][law]") {
  for (const Index length : {5, 6, 7, 8, 16, 33, 128, 512}) {
    const Lengths lengths = mixed_documents(150, 3);
    const auto documents = documents_of(lengths);
    for (const bool carry : {true, false}) {
      INFO("length " << length << (carry ? ", carried" : ", dropped"));
      const auto packing = pack(documents, {.length = length, .carry_overflow = carry}, 2);
      const auto uses = uses_of_checked(packing, lengths, length);
      CHECK(*std::max_element(uses.begin(), uses.end()) == 1);
      if (carry)
        CHECK(*std::min_element(uses.begin(), uses.end()) == 1);
      else
        CHECK(*std::min_element(uses.begin(), uses.end()) == 0);
    }
  }
}

TEST_CASE("one example in ten has one segment, one target in twenty is short", "[packing][law]") {
  // One long document of sentences of 2 at length 128: a target of 128 takes 64 sentences, which is
  // 128 tokens in room for 125 or 126, so that no other reason makes an example short or single.
  const Lengths lengths{std::vector<std::uint32_t>(400000, 2)};
  const auto packing = pack(documents_of(lengths), {.length = 128}, 0);
  double single = 0;
  double is_short = 0;
  double sum = 0;
  for (Index i = 0; i + 1 < packing.count(); ++i) {
    const Index length = packing[i].length();
    const bool full = length >= 127;
    if (full) single += packing[i].second.empty();
    if (!full) {
      ++is_short;
      sum += static_cast<double>(length - (packing[i].second.empty() ? 2 : 3));
    }
  }
  const auto count = static_cast<double>(packing.count() - 1);
  // Of the 124 short targets, 5 … 128, those above 123 still fill the example.
  const double expected = count * 0.05 * 119 / 124;
  CHECK(std::abs(single / (count - is_short) - 0.1) < 5 * std::sqrt(0.09 / count));
  CHECK(std::abs(is_short - expected) < 5 * std::sqrt(expected));
  // Uniform on about 5 … 124: mean 65, standard deviation 35.
  CHECK(std::abs(sum / is_short - 65) < 5 * 35 / std::sqrt(is_short) + 1);
}

TEST_CASE("packing is a function of seed and epoch", "[packing][law]") {
  const Lengths lengths = mixed_documents(300, 5);
  const auto documents = documents_of(lengths);
  const auto ends = [&](std::uint64_t seed, Index epoch) {
    const auto packing = pack(documents, {.length = 64, .seed = seed}, epoch);
    std::vector<Index> result;
    for (Index i = 0; i < packing.count(); ++i) result.push_back(packing[i].first.back().end);
    return result;
  };
  CHECK(ends(1, 0) == ends(1, 0));
  CHECK(ends(1, 0) != ends(1, 1));
  CHECK(ends(1, 0) != ends(2, 0));
}

TEST_CASE("blocks of documents are packed independently of each other", "[packing][law]") {
  // Each document fills a block by itself, so that the second is packed the same behind any first.
  const std::vector<std::uint32_t> large(7000, 10);
  const std::vector<std::uint32_t> other(10000, 7);
  const auto second = [](const Lengths& lengths) {
    const auto documents = documents_of(lengths);
    const auto packing = pack(documents, {.length = 64}, 0);
    std::vector<Index> begins;
    for (Index i = 0; i < packing.count(); ++i)
      for (const TokenRange& range : packing[i].first)
        if (range.begin >= documents[1].first_token)
          begins.push_back(range.begin - documents[1].first_token);
    return begins;
  };
  CHECK(second({large, large}).size() > 1000);
  CHECK(second({large, large}) == second({other, large}));
}

TEST_CASE("an example has room for a token", "[packing]") {
  const Lengths lengths{{9}};
  CHECK_THAT(message_of<ConfigError>([&] { (void)pack(documents_of(lengths), {.length = 4}, 0); }),
             Contains("data.length: expected at least 5, found 4"));
}
