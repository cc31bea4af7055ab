#pragma once

#include "electra/core/shape.h"

namespace electra {

/// The most memory of the host that this process has held, in bytes.
[[nodiscard]] Index peak_memory_bytes();

}  // namespace electra
