#pragma once

#include <cstddef>
#include <span>

#include "electra/core/tensor.h"

namespace electra {

/// The host's copy of a small tensor, refreshed in stream order while the device works on.
class Readback {
 public:
  virtual ~Readback() = default;

  /// Starts a copy of `from`, which has the size that the readback was made for.
  virtual void fetch(ConstTensorView from) = 0;
  /// Waits for the last fetch, not for what was put into the stream after it.
  [[nodiscard]] virtual std::span<const std::byte> wait() = 0;
};

}  // namespace electra
