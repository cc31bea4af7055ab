#include "core/cuda/pinned_readback.h"

#include <cstring>

#include "core/cuda/check.h"

namespace electra::cuda {

PinnedReadback::PinnedReadback(Index bytes, cudaStream_t stream)
    : bytes_(static_cast<std::size_t>(bytes)), stream_(stream) {
  check(cudaMallocHost(&memory_, bytes_), "cudaMallocHost");
  std::memset(memory_, 0, bytes_);
  check(cudaEventCreateWithFlags(&written_, cudaEventDisableTiming), "cudaEventCreate");
}

PinnedReadback::~PinnedReadback() {
  (void)cudaEventSynchronize(written_);
  (void)cudaEventDestroy(written_);
  (void)cudaFreeHost(memory_);
}

void PinnedReadback::fetch(ConstTensorView from) {
  check(cudaMemcpyAsync(memory_, from.raw(), bytes_, cudaMemcpyDeviceToHost, stream_),
        "cudaMemcpyAsync to the host");
  check(cudaEventRecord(written_, stream_), "cudaEventRecord");
}

std::span<const std::byte> PinnedReadback::wait() {
  check(cudaEventSynchronize(written_), "cudaEventSynchronize");
  return {static_cast<const std::byte*>(memory_), bytes_};
}

}  // namespace electra::cuda
