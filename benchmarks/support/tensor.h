#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "support/environment.h"

namespace electra::bench {

/// Owns a tensor on the benchmark's device: standard normal numbers (i32: zeros) until told
/// otherwise.
class Tensor {
 public:
  Tensor(Shape shape, DType dtype, double deviation = 1);
  [[nodiscard]] TensorView view() const { return view_; }
  operator TensorView() const { return view_; }  // NOLINT: stands for its view

  /// Every element.
  void fill(float value) const;
  void fill(std::int32_t value) const;
  /// Element i becomes value(i); i32 only.
  void set_each(const std::function<std::int32_t(Index)>& value) const;

 private:
  /// Uploads `piece` again and again until the tensor is full.
  void repeat(std::span<const std::byte> piece) const;

  Buffer buffer_;
  TensorView view_;
};

}  // namespace electra::bench
