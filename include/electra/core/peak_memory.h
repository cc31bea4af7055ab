#pragma once

#include "electra/core/shape.h"

namespace electra {

/// The most memory of the host that this process has held, in bytes.
[[nodiscard]] Index peak_memory_bytes();
/// The memory of the host that it holds now, in bytes; 0 where /proc does not say.
[[nodiscard]] Index resident_memory_bytes();

}  // namespace electra
