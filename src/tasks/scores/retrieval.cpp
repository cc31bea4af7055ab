#include "tasks/scores/retrieval.h"

#include <array>
#include <set>
#include <string_view>
#include <unordered_map>

namespace electra {

namespace {

/// In eight sums, which a compiler turns into one vector.
float dot(std::span<const float> a, std::span<const float> b) {
  std::array<float, 8> sums{};
  std::size_t i = 0;
  for (; i + 8 <= a.size(); i += 8)
    for (std::size_t lane = 0; lane < 8; ++lane) sums[lane] += a[i + lane] * b[i + lane];
  float sum = 0;
  for (; i < a.size(); ++i) sum += a[i] * b[i];
  for (const float lane : sums) sum += lane;
  return sum;
}

using RightTexts = std::unordered_map<std::string_view, std::set<std::string_view>>;

/// The place of the first of `right`, with similarities of all candidates.
Index rank_of(const std::vector<float>& similarities, const std::vector<Example>& examples,
              const std::set<std::string_view>& right) {
  std::size_t best = examples.size();
  for (std::size_t i = 0; i < examples.size(); ++i)
    if (right.contains(examples[i].text_b) &&
        (best == examples.size() || similarities[i] > similarities[best]))
      best = i;
  Index rank = 1;
  for (std::size_t i = 0; i < examples.size(); ++i)
    if (similarities[i] > similarities[best] || (i < best && similarities[i] == similarities[best]))
      ++rank;
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
  RightTexts right;
  for (const Example& example : examples) right[example.text].insert(example.text_b);
  std::vector<Index> ranks;
  std::vector<float> similarities(examples.size());
  for (std::size_t i = 0; i < examples.size(); ++i) {
    for (std::size_t j = 0; j < examples.size(); ++j)
      similarities[j] = dot(scored.predictions[i].vector, scored.predictions[j].vector_b);
    ranks.push_back(rank_of(similarities, examples, right.at(examples[i].text)));
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
