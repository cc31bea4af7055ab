#pragma once

#include <memory>
#include <optional>
#include <string>

#include "electra/core/context.h"

namespace electra::cuda {

/// A CudaContext, for callers that see no CUDA header. Throws DeviceError.
[[nodiscard]] std::unique_ptr<Context> create_context(int index);

/// The first GPU that can be used, and its name; or why there is none, with the remedy.
struct FirstGpu {
  std::optional<int> index;
  std::string name;
  std::string trouble;
};
[[nodiscard]] FirstGpu first_gpu();

/// Name, compute capability, driver and runtime of this GPU, in one line.
[[nodiscard]] std::string card_and_driver(int index);

/// How many GPUs there are; 0 without a driver.
[[nodiscard]] int device_count();

}  // namespace electra::cuda
