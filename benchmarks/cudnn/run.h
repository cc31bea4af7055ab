#pragma once

#include <cudnn.h>

#include "cudnn/descriptor.h"
#include "support/run.h"

namespace electra::bench::cudnn {

/// Times `work`, which is counted at the cost of our kernel. What cuDNN refuses is skipped with its
/// words.
inline void run(benchmark::State& state, const KernelCost& cost, Bound bound,
                const std::function<std::function<void()>()>& prepare) {
  if (!on_gpu()) return state.SkipWithError("cuDNN needs ELECTRA_BENCHMARK_DEVICE=cuda");
  try {
    run_on_gpu(state, cost, bound, prepare());
  } catch (const Refusal& refusal) {
    state.SkipWithError(refusal.what());
  }
}

}  // namespace electra::bench::cudnn
