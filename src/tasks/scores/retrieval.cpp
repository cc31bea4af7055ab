#include "tasks/scores/retrieval.h"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <unordered_map>

namespace electra {

namespace {

constexpr std::size_t lanes = 32;    // sums side by side, which a compiler turns into vectors
constexpr std::size_t queries = 32;  // that read a candidate while it is at hand

float dot(const std::vector<float>& a, const std::vector<float>& b) {
  std::array<float, lanes> sums{};
  const float* x = a.data();
  const float* y = b.data();
  const std::size_t whole = a.size() / lanes * lanes;
  for (std::size_t i = 0; i < whole; i += lanes)
    for (std::size_t lane = 0; lane < lanes; ++lane) sums[lane] += x[i + lane] * y[i + lane];
  float sum = 0;
  for (std::size_t i = whole; i < a.size(); ++i) sum += x[i] * y[i];
  for (const float lane : sums) sum += lane;
  return sum;
}

/// The texts that are searched: each once, however many examples have it.
struct Candidates {
  explicit Candidates(const std::vector<Example>& examples) {
    std::unordered_map<std::string_view, std::size_t> places;
    std::unordered_map<std::string_view, std::set<std::size_t>> belonging;
    for (std::size_t i = 0; i < examples.size(); ++i) {
      const auto [place, fresh] = places.try_emplace(examples[i].text_b, first.size());
      if (fresh) first.push_back(i);
      belonging[examples[i].text].insert(place->second);
    }
    for (const Example& example : examples) {
      const std::set<std::size_t>& all = belonging.at(example.text);
      right.emplace_back(all.begin(), all.end());
    }
  }

  std::vector<std::size_t> first;               // of a candidate: the first example that has it
  std::vector<std::vector<std::size_t>> right;  // of an example: its candidates, in order
};

/// The place from 1 of the first of `right`.
Index rank_of(std::span<const float> similarities, const std::vector<std::size_t>& right) {
  const std::size_t best =
      *std::ranges::max_element(right, {}, [&](std::size_t i) { return similarities[i]; });
  const float similarity = similarities[best];
  Index rank = 1 + std::ranges::count(similarities.first(best), similarity);
  for (const float other : similarities) rank += other > similarity ? 1 : 0;
  return rank;
}

Measure of_ranks(Evidence& evidence, double (*value)(Index)) {
  std::vector<double> values;
  for (const Index rank : evidence.ranks()) values.push_back(value(rank));
  return mean_of(std::move(values));
}

}  // namespace

std::vector<Index> retrieval_ranks(const Scored& scored) {
  const std::size_t examples = scored.examples.rows.size();
  const Candidates candidates(scored.examples.rows);
  const std::size_t count = candidates.first.size();
  std::vector<Index> ranks;
  std::vector<float> similarities(queries * count);
  for (std::size_t begin = 0; begin < examples; begin += queries) {
    const std::size_t end = std::min(begin + queries, examples);
    for (std::size_t j = 0; j < count; ++j)
      for (std::size_t i = begin; i < end; ++i)
        similarities[(i - begin) * count + j] =
            dot(scored.predictions[i].vector, scored.predictions[candidates.first[j]].vector_b);
    for (std::size_t i = begin; i < end; ++i)
      ranks.push_back(rank_of(std::span(similarities).subspan((i - begin) * count, count),
                              candidates.right[i]));
  }
  return ranks;
}

Measure recall_at_1(Evidence& evidence) {
  return of_ranks(evidence, [](Index rank) { return rank <= 1 ? 1.0 : 0.0; });
}

Measure recall_at_10(Evidence& evidence) {
  return of_ranks(evidence, [](Index rank) { return rank <= 10 ? 1.0 : 0.0; });
}

Measure reciprocal_rank(Evidence& evidence) {
  return of_ranks(evidence, [](Index rank) { return 1 / static_cast<double>(rank); });
}

}  // namespace electra
