#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <functional>
#include <string_view>
#include <vector>

#include "core/cuda/handles.h"
#include "electra/core/context.h"

namespace electra::cuda {

/// Times what is put into a stream by the GPU's own events, without waiting for it. The stream is
/// first held up for some milliseconds, so that the host is ahead and none of its time counts.
class KernelClock {
 public:
  /// Puts `work` into the stream between two events. What it times itself is part of it.
  void time(std::string_view name, KernelCost cost, cudaStream_t stream,
            const std::function<void()>& work);
  /// What was timed since the last call, in order. The stream must have been waited for.
  [[nodiscard]] std::vector<KernelEvent> take();

 private:
  struct Span {
    Event start, stop;
  };

  std::vector<Span> spans_;          // kept: the first `events_.size()` are in use
  std::vector<KernelEvent> events_;  // without their times
  bool inside_ = false;
};

}  // namespace electra::cuda
