#include "electra/data/masking.h"

#include <algorithm>
#include <cmath>

namespace electra {
namespace {

/// Halves to even, whatever the rounding mode.
Index round_to_even(double value) {
  const double whole = std::floor(value);
  const double rest = value - whole;
  const auto below = static_cast<Index>(whole);
  return rest > 0.5 || (rest == 0.5 && below % 2 != 0) ? below + 1 : below;
}

}  // namespace

Index max_predictions(double share, Index length) {
  const auto extent = static_cast<double>(length);
  const auto reference = static_cast<Index>((share + 0.005) * extent);
  return std::max({Index{1}, reference, round_to_even(share * extent)});
}

Index mask_count(Index real, Index candidates, double share, Index max_predictions) {
  const Index wanted = round_to_even(share * static_cast<double>(real));
  return std::min(candidates, std::max(Index{1}, std::min(max_predictions, wanted)));
}

}  // namespace electra
