#pragma once

#include <cuda_runtime_api.h>

#include <string_view>

#include "electra/core/error.h"

namespace electra::cuda {

/// Throws DeviceError, naming the call, what CUDA says of it and the caller's line, unless `status`
/// is a success.
void check(cudaError_t status, std::string_view call, Where where = Where::here());

}  // namespace electra::cuda
