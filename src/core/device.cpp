#include "electra/core/device.h"

#include <charconv>

#include "core/cuda/create.h"
#include "electra/core/build_config.h"
#include "electra/core/error.h"

namespace electra {

std::string to_string(Device device) {
  return device.type == DeviceType::cpu ? "cpu" : "cuda:" + std::to_string(device.index);
}

namespace {

bool has_gpu() {
  if constexpr (built_with_cuda) return cuda::device_count() > 0;
  return false;
}

}  // namespace

Device parse_device(std::string_view text) {
  if (text == "cpu" || (text == "auto" && !has_gpu())) return {};
  if (text == "auto" || text == "cuda") return {DeviceType::cuda, 0};
  if (text.substr(0, 5) == "cuda:") {
    const std::string_view number = text.substr(5);
    int index = 0;
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), index);
    if (error == std::errc() && end == number.data() + number.size() && index >= 0)
      return {DeviceType::cuda, index};
  }
  throw ConfigError("device: expected auto, cpu, cuda or cuda:N, found \"" + std::string(text) +
                    "\"");
}

}  // namespace electra
