#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "electra/core/context.h"

/// Timing on a GPU; only in builds with CUDA, and only for contexts on a GPU.
namespace electra::bench {

/// Seconds of each of `count` calls of `work`, by the GPU's own events, with the column sums that
/// a kernel leaves for later. `before` is run ahead of each call and is not timed: it empties the
/// cache, and takes long enough for the host to be ahead.
[[nodiscard]] std::vector<double> gpu_seconds(Context& context, int count,
                                              const std::function<void()>& before,
                                              const std::function<void()>& work);

/// Does `work` between the marks from which and to which a profiler looks when it is told to wait
/// for them (`ncu --profile-from-start off`).
void profile(const std::function<void()>& work);

/// Bytes of the card's last-level cache.
[[nodiscard]] Index gpu_cache_bytes(const Context& context);

/// What a report names: card, compute capability, multiprocessors, memory, cache, driver, runtime.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> gpu_description(
    const Context& context);

}  // namespace electra::bench
