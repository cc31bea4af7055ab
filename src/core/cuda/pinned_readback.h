#pragma once

#include <cuda_runtime_api.h>

#include "electra/core/readback.h"

namespace electra::cuda {

/// Pinned host memory and an event that says when it has been written.
class PinnedReadback final : public Readback {
 public:
  PinnedReadback(Index bytes, cudaStream_t stream);
  ~PinnedReadback() override;
  PinnedReadback(const PinnedReadback&) = delete;
  PinnedReadback& operator=(const PinnedReadback&) = delete;

  void fetch(ConstTensorView from) override;
  std::span<const std::byte> wait() override;

 private:
  std::size_t bytes_;
  cudaStream_t stream_;
  void* memory_ = nullptr;
  cudaEvent_t written_ = nullptr;
};

}  // namespace electra::cuda
