#include <algorithm>

#include "core/cuda/create.h"
#include "electra/core/build_config.h"
#include "electra/core/error.h"
#include "electra/parallel/launch.h"

namespace electra {

Device device_of(const Launch& launch, std::string_view configured, int gpus) {
  if (launch.size == 1) return choose_device(configured).device;
  if (configured == "cpu" || (configured == "auto" && gpus == 0)) return {};
  if (configured != "auto" && configured != "cuda")
    throw ConfigError(
        "device: expected auto, cpu or cuda, because each rank takes a GPU of its "
        "own, found \"" +
        std::string(configured) + "\"");
  if (gpus == 0) return {DeviceType::cuda, 0};  // whose context says why there is none
  // Which physical GPU each of them sees is not known here; NCCL refuses to use one twice.
  if (launch.has_own_gpu && gpus == 1) return {DeviceType::cuda, 0};
  const int needed = std::max(launch.local_size, launch.local_rank + 1);
  if (needed > gpus)
    throw ConfigError("device: expected at least as many GPUs as ranks on this machine, found " +
                      std::to_string(gpus) + " for " + std::to_string(needed) +
                      "; two ranks cannot share a GPU (does CUDA_VISIBLE_DEVICES hide some?)");
  return {DeviceType::cuda, launch.local_rank};
}

Device device_of(const Launch& launch, std::string_view configured) {
  if constexpr (built_with_cuda) return device_of(launch, configured, cuda::device_count());
  return device_of(launch, configured, 0);
}

}  // namespace electra
