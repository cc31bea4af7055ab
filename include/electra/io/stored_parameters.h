#pragma once

#include <span>
#include <string>

#include "electra/core/parameters.h"
#include "electra/io/checkpoint.h"

namespace electra {

/// A flat buffer that is laid out as a store's, and the file of a checkpoint that keeps it.
struct StoredBuffer {
  std::string file;  // "parameters", "moment_1"
  TensorView flat;   // [store.size()]
};

/// Adds a file for each buffer: every parameter by name, with its logical shape, so that neither
/// padding nor layout nor the number of ranks is part of a checkpoint. Throws TrainingError, naming
/// the parameter and the place, if a value is not finite: such a checkpoint is never written.
void save_buffers(const ParameterStore& store, std::span<const StoredBuffer> buffers,
                  CheckpointWriter& checkpoint);

/// Reads them back; padding rows stay as they are. Throws IoError if a tensor is missing, unknown
/// to the store, or has another shape or type, TrainingError if a value is not finite; no buffer is
/// changed then.
void load_buffers(const Checkpoint& checkpoint, const ParameterStore& store,
                  std::span<const StoredBuffer> buffers);

}  // namespace electra
