#include "electra/data/document_split.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "data/shuffle.h"
#include "electra/core/error.h"

namespace electra {

DocumentSplit split_documents(Index documents, double share, std::uint64_t seed) {
  if (!(share >= 0 && share < 1))
    throw ConfigError("data.held_out: expected a share of at least 0 and below 1, found " +
                      std::to_string(share));
  if (documents < 2)
    throw ConfigError(
        "data.held_out: expected at least 2 documents, one of them to be held out, found " +
        std::to_string(documents));
  std::vector<Index> order(static_cast<std::size_t>(documents));
  std::iota(order.begin(), order.end(), Index{0});
  shuffle(order, RandomStream(seed, site(Network::none, 0, Place::held_out), 0, 0));
  const Index wanted = std::lround(share * static_cast<double>(documents));
  const auto border = order.begin() + std::clamp(wanted, Index{1}, documents - 1);
  DocumentSplit split{.training = {border, order.end()}, .held_out = {order.begin(), border}};
  std::sort(split.training.begin(), split.training.end());
  std::sort(split.held_out.begin(), split.held_out.end());
  return split;
}

}  // namespace electra
