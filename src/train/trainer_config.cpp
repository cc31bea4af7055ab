#include "electra/train/trainer_config.h"

#include <string>

#include "electra/core/error.h"

namespace electra {

Index micro_batch_of(const TrainerConfig& config, int ranks) {
  const Index share = config.batch / ranks;
  const Index micro = config.micro_batch == 0 ? share : config.micro_batch;
  if (config.batch % ranks != 0 || micro < 1 || share % micro != 0)
    throw ConfigError(
        "train.batch: expected a multiple of ranks x train.micro_batch = " + std::to_string(ranks) +
        " x " + std::to_string(micro) + ", found " + std::to_string(config.batch));
  return micro;
}

}  // namespace electra
