#include "infer/engine_options.h"

namespace electra {

Engine::Options engine_options(const InferenceOptions& options, const HeadConfig& head) {
  return {.device = options.device,
          .threads = options.threads,
          .workers = options.workers,
          .precision = options.precision,
          .positions = options.positions,
          .match_added_tokens = options.match_added_tokens,
          .head = head};
}

}  // namespace electra
