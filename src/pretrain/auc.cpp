#include "electra/pretrain/auc.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "electra/train/figures.h"

namespace electra {

std::optional<double> histogram_auc(std::span<const double> histogram) {
  const auto original = histogram.first(histogram.size() / 2);
  const auto replaced = histogram.subspan(histogram.size() / 2);
  double below = 0;
  double area = 0;
  double positives = 0;
  for (std::size_t bin = 0; bin < original.size(); ++bin) {
    area += replaced[bin] * (below + 0.5 * original[bin]);
    below += original[bin];
    positives += replaced[bin];
  }
  return ratio(area, below * positives);
}

void RankAuc::add(double score, bool replaced) {
  scores_.emplace_back(static_cast<float>(score), replaced);
}

std::optional<double> RankAuc::value() const {
  const auto is_nan = [](const auto& pair) { return std::isnan(pair.first); };
  if (std::ranges::any_of(scores_, is_nan)) return std::numeric_limits<double>::quiet_NaN();
  auto sorted = scores_;
  std::ranges::sort(sorted, {}, [](const auto& pair) { return pair.first; });
  double area = 0;
  double below = 0;
  double positives = 0;
  for (std::size_t begin = 0; begin < sorted.size();) {
    std::size_t end = begin;
    double replaced = 0;
    while (end < sorted.size() && sorted[end].first == sorted[begin].first)
      replaced += sorted[end++].second ? 1 : 0;
    const double original = static_cast<double>(end - begin) - replaced;
    area += replaced * (below + 0.5 * original);
    below += original;
    positives += replaced;
    begin = end;
  }
  return ratio(area, below * positives);
}

}  // namespace electra
