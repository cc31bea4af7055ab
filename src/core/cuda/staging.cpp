#include "core/cuda/staging.h"

#include <cstring>

#include "core/cuda/check.h"

namespace electra::cuda {

namespace {

constexpr std::size_t alignment = 256;

}  // namespace

Staging::Staging(Index half_bytes)
    : half_bytes_(static_cast<std::size_t>(half_bytes)), memory_(make_pinned(2 * half_bytes_)) {
  for (Event& event : done_) event = make_event();
}

void Staging::turn(cudaStream_t stream) {
  const auto at = static_cast<std::size_t>(half_);
  check(cudaEventRecord(done_[at].get(), stream), "cudaEventRecord");
  half_ = 1 - half_;
  used_ = 0;
  ++waits_;
  check(cudaEventSynchronize(done_[1 - at].get()), "cudaEventSynchronize");
}

void Staging::upload(std::span<const std::byte> from, void* to, cudaStream_t stream) {
  auto* target = static_cast<std::byte*>(to);
  while (!from.empty()) {
    if (used_ == half_bytes_) turn(stream);
    const auto piece = from.first(std::min(from.size(), half_bytes_ - used_));
    std::byte* pinned = static_cast<std::byte*>(memory_.get()) +
                        static_cast<std::size_t>(half_) * half_bytes_ + used_;
    std::memcpy(pinned, piece.data(), piece.size());
    check(cudaMemcpyAsync(target, pinned, piece.size(), cudaMemcpyHostToDevice, stream),
          "cudaMemcpyAsync to the device");
    used_ = std::min(half_bytes_, (used_ + piece.size() + alignment - 1) / alignment * alignment);
    target += piece.size();
    from = from.subspan(piece.size());
  }
}

}  // namespace electra::cuda
