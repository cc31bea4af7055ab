#include "formats/pytorch_source.h"

#include "electra/core/error.h"

namespace electra {

TensorSource open_pytorch(const std::filesystem::path& path) {
  throw IoError((path.parent_path() / "model.safetensors").string() +
                ": not there, but pytorch_model.bin is; convert it once with transformers: "
                "AutoModel.from_pretrained(directory).save_pretrained(directory)");
}

}  // namespace electra
