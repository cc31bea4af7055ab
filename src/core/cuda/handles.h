#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>

#include "core/cuda/check.h"
#include "core/cuda/owned.h"

namespace electra::cuda {

using Stream = Owned<cudaStream_t, cudaStreamDestroy>;
using Event = Owned<cudaEvent_t, cudaEventDestroy>;
using PinnedMemory = Owned<void*, cudaFreeHost>;

/// A stream of the current device that waits for no other.
[[nodiscard]] inline Stream make_stream() {
  Stream stream;
  check(cudaStreamCreateWithFlags(stream.out(), cudaStreamNonBlocking), "cudaStreamCreate");
  return stream;
}

/// An event that only says whether it has passed.
[[nodiscard]] inline Event make_event() {
  Event event;
  check(cudaEventCreateWithFlags(event.out(), cudaEventDisableTiming), "cudaEventCreate");
  return event;
}

/// An event that knows when it has passed.
[[nodiscard]] inline Event make_timed_event() {
  Event event;
  check(cudaEventCreate(event.out()), "cudaEventCreate");
  return event;
}

[[nodiscard]] inline PinnedMemory make_pinned(std::size_t bytes) {
  PinnedMemory memory;
  check(cudaMallocHost(memory.out(), bytes), "cudaMallocHost");
  return memory;
}

}  // namespace electra::cuda
