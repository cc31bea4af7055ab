#pragma once

#include "electra/parallel/launch.h"

namespace electra {

/// Sets host and port, where anything says where rank 0 can be reached. `master` is a flag's
/// host:port, or empty. Throws ConfigError for what is not an address, and where torchrun's own
/// variables are missing.
void find_rendezvous(Launch& launch, const std::string& master, const Environment& environment);

/// The first name of a list of Slurm's: "gpu[03-05,9],login" is gpu03.
[[nodiscard]] std::string first_node(const std::string& list);

}  // namespace electra
