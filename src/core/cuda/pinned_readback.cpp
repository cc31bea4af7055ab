#include "core/cuda/pinned_readback.h"

#include <cstring>
#include <string>

#include "core/cuda/check.h"
#include "core/cuda/cuda_context.h"

namespace electra::cuda {

PinnedReadback::PinnedReadback(Index bytes, CudaContext& context)
    : bytes_(static_cast<std::size_t>(bytes)), context_(context) {
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
  context_.refuse_while_recording("a readback");
  if (from.bytes() != static_cast<Index>(bytes_))
    throw ShapeError("readback: expected " + std::to_string(bytes_) + " bytes, found " +
                     std::to_string(from.bytes()));
  context_.about_to_use(from);
  check(cudaMemcpyAsync(memory_, from.raw(), bytes_, cudaMemcpyDeviceToHost, context_.stream()),
        "cudaMemcpyAsync to the host");
  check(cudaEventRecord(written_, context_.stream()), "cudaEventRecord");
}

std::span<const std::byte> PinnedReadback::wait() {
  check(cudaEventSynchronize(written_), "cudaEventSynchronize");
  return {static_cast<const std::byte*>(memory_), bytes_};
}

}  // namespace electra::cuda
