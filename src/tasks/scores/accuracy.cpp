#include "tasks/scores/accuracy.h"

namespace electra {

Measure accuracy(Evidence& evidence) {
  struct Share {
    std::uint64_t right = 0, all = 0;
  };
  const LabelPairs& pairs = evidence.pairs();
  std::vector<Share> shares(pairs.begins.size() - 1);
  for (std::size_t i = 0; i < shares.size(); ++i)
    for (std::size_t at = pairs.begins[i]; at < pairs.begins[i + 1]; ++at) {
      shares[i].right += pairs.pairs[at].right == pairs.pairs[at].predicted ? 1 : 0;
      ++shares[i].all;
    }
  return [shares = std::move(shares)](Weights weights) {
    Share sum;
    for (std::size_t i = 0; i < shares.size(); ++i) {
      sum.right += weights[i] * shares[i].right;
      sum.all += weights[i] * shares[i].all;
    }
    return sum.all == 0 ? 0 : static_cast<double>(sum.right) / static_cast<double>(sum.all);
  };
}

}  // namespace electra
