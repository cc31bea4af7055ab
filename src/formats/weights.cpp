#include "electra/formats/weights.h"

#include <algorithm>
#include <array>
#include <string>
#include <system_error>
#include <utility>

#include "electra/core/error.h"
#include "electra/io/stored_values.h"
#include "formats/pytorch_source.h"
#include "formats/safetensors_source.h"

namespace electra {

namespace {

/// A file that may keep a directory's weights, and what reads it.
struct Importer {
  std::string_view file;
  TensorSource (*open)(const std::filesystem::path& path);
};

constexpr auto importers = std::to_array<Importer>({
    {"model.safetensors", open_safetensors},
    {"pytorch_model.bin", open_pytorch},
});

}  // namespace

TensorSource::TensorSource(std::filesystem::path path, std::vector<MappedFile> files,
                           std::vector<StoredTensor> tensors)
    : path_(std::move(path)), files_(std::move(files)), tensors_(std::move(tensors)) {
  std::sort(tensors_.begin(), tensors_.end(),
            [](const StoredTensor& a, const StoredTensor& b) { return a.name < b.name; });
}

const StoredTensor* TensorSource::find(std::string_view name) const {
  const auto found =
      std::lower_bound(tensors_.begin(), tensors_.end(), name,
                       [](const StoredTensor& t, std::string_view text) { return t.name < text; });
  return found == tensors_.end() || found->name != name ? nullptr : &*found;
}

void TensorSource::read_f32(const StoredTensor& tensor, Index first, std::span<float> to) const {
  electra::read_f32(tensor, first, to, path_.string());
  const auto width = static_cast<std::size_t>(bits_of(tensor.dtype) / 8);
  const auto bytes =
      tensor.bytes.subspan(static_cast<std::size_t>(first) * width, to.size() * width);
  for (const MappedFile& file : files_)
    if (bytes.data() >= file.bytes().data() &&
        bytes.data() < file.bytes().data() + file.bytes().size())
      file.release(bytes);
}

TensorSource open_weights(const std::filesystem::path& directory) {
  for (const Importer& importer : importers) {
    std::error_code unknown;  // then the file is not there for us
    if (std::filesystem::exists(directory / importer.file, unknown))
      return importer.open(directory / importer.file);
  }
  std::string names;
  for (const Importer& importer : importers)
    names += (names.empty() ? "" : " or ") + std::string(importer.file);
  throw IoError(directory.string() + ": expected " + names + ", found neither");
}

}  // namespace electra
