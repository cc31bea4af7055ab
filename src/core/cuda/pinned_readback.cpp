#include "core/cuda/pinned_readback.h"

#include <cstring>
#include <string>

#include "core/cuda/check.h"
#include "core/cuda/cuda_context.h"

namespace electra::cuda {

PinnedReadback::PinnedReadback(Index bytes, CudaContext& context)
    : bytes_(static_cast<std::size_t>(bytes)),
      context_(context),
      memory_(make_pinned(bytes_)),
      written_(make_event()) {
  std::memset(memory_.get(), 0, bytes_);
}

PinnedReadback::~PinnedReadback() { (void)cudaEventSynchronize(written_.get()); }

void PinnedReadback::fetch(ConstTensorView from) {
  context_.refuse_while_recording("a readback");
  if (from.bytes() != static_cast<Index>(bytes_))
    throw ShapeError("readback: expected " + std::to_string(bytes_) + " bytes, found " +
                     std::to_string(from.bytes()));
  context_.about_to_use(from);
  check(
      cudaMemcpyAsync(memory_.get(), from.raw(), bytes_, cudaMemcpyDeviceToHost, context_.stream()),
      "cudaMemcpyAsync to the host");
  check(cudaEventRecord(written_.get(), context_.stream()), "cudaEventRecord");
}

std::span<const std::byte> PinnedReadback::wait() {
  check(cudaEventSynchronize(written_.get()), "cudaEventSynchronize");
  return {static_cast<const std::byte*>(memory_.get()), bytes_};
}

}  // namespace electra::cuda
