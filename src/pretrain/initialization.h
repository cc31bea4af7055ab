#pragma once

#include "electra/core/parameters.h"
#include "electra/pretrain/config.h"

namespace electra {

/// The configuration of a run that continues from released weights: the sizes of the two
/// directories, and, unless a vocabulary is named, the vocabulary and the treatment of text of the
/// discriminator's. The rates of dropout stay the run's own. Unchanged if there is nothing to
/// continue from. Throws Error.
[[nodiscard]] PretrainConfig with_released_sizes(PretrainConfig config);

/// First weights: those to continue from, or drawn from the seed. Throws TrainingError, naming the
/// directory and the parameter, if one to continue from is not finite.
void initialise(const PretrainConfig& config, ParameterStore& store);

}  // namespace electra
