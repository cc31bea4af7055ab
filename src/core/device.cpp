#include "electra/core/device.h"

#include <charconv>

#include "core/cuda/create.h"
#include "core/visible_gpu.h"
#include "electra/core/build_config.h"
#include "electra/core/error.h"

namespace electra {

std::string to_string(Device device) {
  return device.type == DeviceType::cpu ? "cpu" : "cuda:" + std::to_string(device.index);
}

namespace {

DeviceChoice best_device() {
  if constexpr (built_with_cuda) {
    const cuda::FirstGpu gpu = cuda::first_gpu();
    if (!gpu.index) return {{}, "runs on the CPU: " + gpu.trouble};
    const Device device{DeviceType::cuda, *gpu.index};
    return {device, "runs on " + to_string(device) + ", " + gpu.name};
  }
  return best_device_without_cuda("/");
}

}  // namespace

DeviceChoice best_device_without_cuda(const std::filesystem::path& root) {
  const bool visible = std::filesystem::exists(root / "dev" / "nvidia0") ||
                       std::filesystem::exists(root / "proc" / "driver" / "nvidia" / "version");
  if (!visible) return {};
  return {
      {},
      "runs on the CPU, although there is an NVIDIA GPU: this libelectra was built without CUDA; "
      "configure it with -DELECTRA_CUDA=ON, which says what is missing"};
}

DeviceChoice choose_device(std::string_view text) {
  if (text == "auto") return best_device();
  if (text == "cpu") return {};
  if (text == "cuda") return {{DeviceType::cuda, 0}, {}};
  if (text.substr(0, 5) == "cuda:") {
    const std::string_view number = text.substr(5);
    int index = 0;
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), index);
    if (error == std::errc() && end == number.data() + number.size() && index >= 0)
      return {{DeviceType::cuda, index}, {}};
  }
  throw ConfigError("device: expected auto, cpu, cuda or cuda:N, found \"" + std::string(text) +
                    "\"");
}

}  // namespace electra
