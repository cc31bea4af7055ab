#pragma once

#include <array>
#include <cstddef>
#include <memory>

#include "electra/parallel/communicator.h"

namespace electra::nccl {

/// What ranks that belong together have in common.
using UniqueId = std::array<std::byte, 128>;

/// A new id; where NCCL_COMM_ID is set, the id of the ranks that meet at that address. Throws
/// TrainingError.
[[nodiscard]] UniqueId make_id();

/// One rank on the context's GPU: it waits for all others to join. Operations run in the context's
/// stream, and return before they are done. Throws TrainingError.
[[nodiscard]] std::unique_ptr<Communicator> communicator(int rank, int size, const UniqueId& id,
                                                         Context& context,
                                                         const RankOptions& options);

}  // namespace electra::nccl
