#include "electra/train/objective.h"

#include "electra/core/error.h"
#include "electra/train/objectives/replaced_token_detection.h"

namespace electra {

std::unique_ptr<Objective> make_objective(const Electra& model, const RunConfig& config,
                                          const SpecialIds& special) {
  if (config.objective == "replaced_token_detection")
    return std::make_unique<ReplacedTokenDetection>(model, config, special);
  throw ConfigError("objective: expected replaced_token_detection, found \"" + config.objective +
                    "\"");
}

}  // namespace electra
