#include "tasks/scores/f1.h"

#include <algorithm>

namespace electra {

Measure macro_f1(Evidence& evidence) {
  const bool counts_absent = evidence.scored().task == TaskKind::multilabel;
  return [hits = evidence.hits(), counts_absent](Weights weights) {
    double sum = 0;
    Index labels = 0;
    for (const HitCounts& counts : counts_by_label(hits, weights)) {
      if (!counts_absent && counts.expected + counts.found == 0) continue;
      sum += counts.f1();
      ++labels;
    }
    return sum / static_cast<double>(std::max<Index>(labels, 1));
  };
}

Measure micro_f1(Evidence& evidence) { return micro_f1_of(evidence.hits()); }

Measure binary_f1(Evidence& evidence) {
  if (evidence.scored().labels.size() != 2) return {};
  LabelHits second = evidence.hits();
  for (Hit& hit : second.hits)
    if (hit.label == 0) hit.expected = hit.found = false;
  return micro_f1_of(second);
}

}  // namespace electra
