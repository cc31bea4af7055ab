#pragma once

#include "electra/formats/weights.h"

namespace electra {

/// The tensors of several files beside each other, of which an index
/// ("model.safetensors.index.json") says in `weight_map` which tensor lies in which file. Throws
/// IoError that names the index and the tensor if a file lacks one, has one that the index does not
/// give to it, or lies elsewhere.
[[nodiscard]] TensorSource open_safetensors_shards(const std::filesystem::path& index);
[[nodiscard]] TensorSource open_pytorch_shards(const std::filesystem::path& index);

}  // namespace electra
