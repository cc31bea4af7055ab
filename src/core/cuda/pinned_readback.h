#pragma once

#include "core/cuda/handles.h"
#include "electra/core/readback.h"

namespace electra {
class CudaContext;
}

namespace electra::cuda {

/// Pinned host memory and an event that says when it has been written.
class PinnedReadback final : public Readback {
 public:
  PinnedReadback(Index bytes, CudaContext& context);
  ~PinnedReadback() override;
  PinnedReadback(const PinnedReadback&) = delete;
  PinnedReadback& operator=(const PinnedReadback&) = delete;

  void fetch(ConstTensorView from) override;
  std::span<const std::byte> wait() override;

 private:
  std::size_t bytes_;
  CudaContext& context_;
  PinnedMemory memory_;
  Event written_;
};

}  // namespace electra::cuda
