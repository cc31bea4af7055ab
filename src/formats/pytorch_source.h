#pragma once

#include "electra/formats/weights.h"

namespace electra {

/// A pickle of PyTorch is not read: throws IoError that says how to convert it.
[[nodiscard]] TensorSource open_pytorch(const std::filesystem::path& path);

}  // namespace electra
