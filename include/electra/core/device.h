#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace electra {

enum class DeviceType : std::uint8_t { cpu, cuda };

/// Where memory lies and kernels run: a value, compared by value.
struct Device {
  DeviceType type = DeviceType::cpu;
  int index = 0;

  friend bool operator==(Device, Device) = default;
};

/// "cpu", or "cuda:0".
[[nodiscard]] std::string to_string(Device device);

/// The device named by "cpu", "cuda" or "cuda:N"; "auto" is the best that this build and machine
/// have. Throws ConfigError for any other text.
[[nodiscard]] Device parse_device(std::string_view text);

}  // namespace electra
