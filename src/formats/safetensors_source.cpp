#include "formats/safetensors_source.h"

#include <utility>

#include "electra/io/safetensors.h"

namespace electra {

TensorSource open_safetensors(const std::filesystem::path& path) {
  std::vector<MappedFile> files;
  files.emplace_back(path);
  auto tensors = parse_safetensors(files.front().bytes(), path.string()).tensors;
  return {path, std::move(files), std::move(tensors)};
}

}  // namespace electra
