#include "electra/data/examples.h"

#include <numeric>
#include <string>

#include "electra/core/error.h"

namespace electra {
namespace {

std::vector<std::int32_t> cut(const std::vector<std::int32_t>& values, Index begin, Index count) {
  return {values.begin() + begin, values.begin() + begin + count};
}

}  // namespace

Examples Examples::slice(Index begin, Index part) const {
  if (begin < 0 || part < 0 || begin > count() - part)
    throw Error("examples " + std::to_string(begin) + " to " + std::to_string(begin + part) +
                " of " + std::to_string(count()) + " were asked for");
  return {.length = length,
          .first = first + begin,
          .ids = cut(ids, begin * length, part * length),
          .types = cut(types, begin * length, part * length),
          .lengths = cut(lengths, begin, part),
          .mask_counts = cut(mask_counts, begin, part)};
}

StepTotals totals_of(const Examples& examples) {
  return {std::accumulate(examples.lengths.begin(), examples.lengths.end(), Index{0}),
          std::accumulate(examples.mask_counts.begin(), examples.mask_counts.end(), Index{0})};
}

}  // namespace electra
