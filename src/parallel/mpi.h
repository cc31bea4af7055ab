#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "electra/parallel/communicator.h"

namespace electra::mpi {

/// Gives every rank that mpirun has started the bytes of rank 0; then this process is done with
/// MPI. Throws ConfigError if MPI and the launcher disagree about the ranks, TrainingError if not
/// all ranks come within the deadline.
void share(const Launch& launch, std::span<std::byte> bytes, const RankOptions& options);

/// One rank on a CPU. Throws as `share`.
[[nodiscard]] std::unique_ptr<Communicator> communicator(const Launch& launch,
                                                         const RankOptions& options);

}  // namespace electra::mpi
