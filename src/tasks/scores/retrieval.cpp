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

/// For each example the places of all texts that are right for it, in order.
std::vector<std::vector<std::size_t>> right_places(const std::vector<Example>& examples) {
  std::unordered_map<std::string_view, std::set<std::string_view>> belonging;
  std::unordered_map<std::string_view, std::vector<std::size_t>> places;
  for (std::size_t i = 0; i < examples.size(); ++i) {
    belonging[examples[i].text].insert(examples[i].text_b);
    places[examples[i].text_b].push_back(i);
  }
  std::vector<std::vector<std::size_t>> right;
  for (const Example& example : examples) {
    std::vector<std::size_t>& all = right.emplace_back();
    for (const std::string_view text : belonging.at(example.text))
      all.insert(all.end(), places.at(text).begin(), places.at(text).end());
    std::ranges::sort(all);
  }
  return right;
}

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
  const std::vector<Example>& examples = scored.examples.rows;
  const std::vector<std::vector<std::size_t>> right = right_places(examples);
  std::vector<Index> ranks;
  std::vector<float> similarities(queries * examples.size());
  for (std::size_t begin = 0; begin < examples.size(); begin += queries) {
    const std::size_t end = std::min(begin + queries, examples.size());
    for (std::size_t j = 0; j < examples.size(); ++j)
      for (std::size_t i = begin; i < end; ++i)
        similarities[(i - begin) * examples.size() + j] =
            dot(scored.predictions[i].vector, scored.predictions[j].vector_b);
    for (std::size_t i = begin; i < end; ++i)
      ranks.push_back(
          rank_of(std::span(similarities).subspan((i - begin) * examples.size(), examples.size()),
                  right[i]));
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
