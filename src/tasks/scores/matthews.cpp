#include "tasks/scores/matthews.h"

#include <array>
#include <cmath>

namespace electra {

Measure matthews(Evidence& evidence) {
  if (evidence.scored().labels.size() != 2) return {};
  return [pairs = evidence.pairs().pairs](Weights weights) {
    std::array<double, 4> counts{};  // by 2 right + predicted
    for (std::size_t i = 0; i < pairs.size(); ++i)
      counts[static_cast<std::size_t>(2 * pairs[i].right + pairs[i].predicted)] += weights[i];
    const auto [true_first, false_second, false_first, true_second] = counts;
    const double product = std::sqrt((true_second + false_second) * (true_second + false_first)) *
                           std::sqrt((true_first + false_second) * (true_first + false_first));
    if (product == 0) return 0.0;
    return (true_second * true_first - false_second * false_first) / product;
  };
}

}  // namespace electra
