#pragma once

#include <utility>

namespace electra::cuda {

/// Owns what one of NVIDIA's libraries has given, so that a constructor that throws after it leaks
/// nothing.
template <class Handle, auto destroy>
class Owned {
 public:
  Owned() = default;
  ~Owned() {
    if (handle_ != nullptr) (void)destroy(handle_);
  }
  Owned(Owned&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Owned& operator=(Owned&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  /// Where a library's function puts it.
  [[nodiscard]] Handle* out() { return &handle_; }
  [[nodiscard]] Handle get() const { return handle_; }

 private:
  Handle handle_ = nullptr;
};

}  // namespace electra::cuda
