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

/// A device, and what whoever runs on it shall say of the choice.
struct DeviceChoice {
  Device device;
  std::string remark;  // a sentence: which GPU, or why none, and the remedy; empty: nothing to say
};

/// The device named by "cpu", "cuda" or "cuda:N", or for "auto" the first usable GPU, else the CPU.
/// Throws ConfigError for any other text.
[[nodiscard]] DeviceChoice choose_device(std::string_view text);

}  // namespace electra
