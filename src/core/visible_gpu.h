#pragma once

#include <filesystem>

#include "electra/core/device.h"

namespace electra {

/// The CPU; with a remark if the system below `root` shows a GPU that a library without CUDA cannot
/// use.
[[nodiscard]] DeviceChoice best_device_without_cuda(const std::filesystem::path& root);

}  // namespace electra
