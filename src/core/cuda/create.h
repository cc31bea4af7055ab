#pragma once

#include <memory>

#include "electra/core/context.h"

namespace electra::cuda {

/// A CudaContext, for callers that see no CUDA header. Throws DeviceError.
[[nodiscard]] std::unique_ptr<Context> create_context(int index);

/// How many usable GPUs there are; 0 if there is no driver.
[[nodiscard]] int device_count();

}  // namespace electra::cuda
