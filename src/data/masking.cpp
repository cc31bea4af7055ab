#include "electra/data/masking.h"

#include <algorithm>
#include <cmath>

namespace electra {

Index max_predictions(double share, Index length) {
  const double exact = (share + 0.005) * static_cast<double>(length);
  return std::max<Index>(1, static_cast<Index>(exact + 1e-9));  // 0.155 * 200 is 31, not 30.99…
}

Index mask_count(Index real, Index candidates, double share, Index most) {
  const auto wanted = static_cast<Index>(std::nearbyint(share * static_cast<double>(real)));
  return std::min(candidates, std::clamp<Index>(wanted, 1, most));
}

}  // namespace electra
