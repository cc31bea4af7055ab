#pragma once

#include "electra/formats/weights.h"

namespace electra {

/// The tensors of a safetensors file. Throws IoError if it breaks a rule of the format.
[[nodiscard]] TensorSource open_safetensors(const std::filesystem::path& path);

}  // namespace electra
