#pragma once

#include "electra/core/context.h"
#include "electra/io/checkpoint.h"
#include "electra/kernels/metrics.h"

namespace electra {

/// Adds the file metrics: what was counted since the last line of the log, so that a resumed run
/// logs what one that never stopped would log.
void save_metrics(const MetricSums& sums, Context& context, CheckpointWriter& checkpoint);

/// Reads it back. Throws IoError if a tensor is missing or has another shape or type.
void load_metrics(const Checkpoint& checkpoint, Context& context, const MetricSums& sums);

}  // namespace electra
