#pragma once

#include <cstdint>
#include <vector>

#include "electra/core/shape.h"

namespace electra {

/// Numbers of documents, ascending.
struct DocumentSplit {
  std::vector<Index> training;
  std::vector<Index> held_out;
};

/// Holds out round(share * documents) documents chosen by the seed (Place::held_out), but at least
/// one and never all. Throws ConfigError for fewer than two documents, or a share outside [0, 1).
[[nodiscard]] DocumentSplit split_documents(Index documents, double share, std::uint64_t seed);

}  // namespace electra
