#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "core/cuda/handles.h"
#include "electra/core/shape.h"

namespace electra::cuda {

/// Pinned memory through which host data reaches a stream without waiting for it: two halves, used
/// in turn, each free again once the copies out of it are done.
class Staging {
 public:
  explicit Staging(Index half_bytes);
  Staging(const Staging&) = delete;
  Staging& operator=(const Staging&) = delete;

  /// Copies `from` to device memory in stream order; `from` may be reused on return.
  void upload(std::span<const std::byte> from, void* to, cudaStream_t stream);
  /// How often the host has waited for copies out of a half.
  [[nodiscard]] std::int64_t waits() const { return waits_; }

 private:
  void turn(cudaStream_t stream);

  std::size_t half_bytes_;
  PinnedMemory memory_;
  std::array<Event, 2> done_;
  int half_ = 0;
  std::size_t used_ = 0;
  std::int64_t waits_ = 0;
};

}  // namespace electra::cuda
