#pragma once

#include <string>
#include <vector>

#include "electra/core/parameters.h"
#include "electra/formats/hugging_face.h"
#include "electra/pretrain/config.h"

namespace electra {

/// The configuration of a run that continues from released weights: the sizes of the directories
/// (of a discriminator's alone: the generator's are the run's own), and, unless a vocabulary is
/// named, the vocabulary and the treatment of text of the discriminator's. The rates of dropout
/// stay the run's own. Unchanged if there is nothing to continue from. Throws Error.
[[nodiscard]] PretrainConfig with_released_sizes(PretrainConfig config);

/// Looks through everything that such a configuration will be continued from, before anything is
/// made: sizes, tensors, values. Returns what is to be said of it; nothing if there is nothing to
/// continue from. Throws Error that names file, tensor or key.
[[nodiscard]] std::vector<std::string> check_released(const PretrainConfig& config);

/// First weights: those to continue from, or drawn from the seed, as is a network or a head that is
/// not stored. Throws IoError, naming file and tensor, if one to continue from is not finite.
void initialise(const PretrainConfig& config, ParameterStore& store,
                HeadWeights head = HeadWeights::required);

}  // namespace electra
