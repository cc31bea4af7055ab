#pragma once

#include <cuda_runtime_api.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "electra/core/shape.h"

namespace electra::cuda {

/// Pinned memory through which host data reaches a stream without waiting for it: two halves, used
/// in turn, each free again once the copies out of it are done.
class Staging {
 public:
  explicit Staging(Index half_bytes);
  ~Staging();
  Staging(const Staging&) = delete;
  Staging& operator=(const Staging&) = delete;

  /// Copies `from` to device memory in stream order; `from` may be reused on return.
  void upload(std::span<const std::byte> from, void* to, cudaStream_t stream);
  /// How often the host has waited for copies out of a half.
  [[nodiscard]] std::int64_t waits() const { return waits_; }

 private:
  void turn(cudaStream_t stream);

  std::size_t half_bytes_;
  std::byte* memory_ = nullptr;
  std::array<cudaEvent_t, 2> done_{};
  int half_ = 0;
  std::size_t used_ = 0;
  std::int64_t waits_ = 0;
};

}  // namespace electra::cuda
