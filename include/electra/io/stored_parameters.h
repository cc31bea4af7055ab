#pragma once

#include "electra/core/parameters.h"
#include "electra/io/checkpoint.h"

namespace electra {

/// Adds the files parameters, moment_1 and moment_2: every parameter by name, with its logical
/// shape, so that neither padding nor layout nor the number of ranks is part of a checkpoint.
void save_parameters(const ParameterStore& store, CheckpointWriter& checkpoint);

/// Reads them back; compute copies are published, padding rows stay as they are. Throws IoError if
/// a tensor is missing, unknown to the store, or has another shape or type; the store is unchanged
/// then.
void load_parameters(const Checkpoint& checkpoint, ParameterStore& store);

}  // namespace electra
