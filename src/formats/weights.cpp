#include "electra/formats/weights.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <system_error>
#include <utility>

#include "electra/core/error.h"
#include "electra/io/stored_values.h"
#include "formats/pytorch_source.h"
#include "formats/safetensors_source.h"
#include "formats/sharded_source.h"

namespace electra {

namespace {

/// A file that may keep a directory's weights, and what reads it.
struct Importer {
  std::string_view file;
  TensorSource (*open)(const std::filesystem::path& path);
};

constexpr auto importers = std::to_array<Importer>({
    {"model.safetensors", open_safetensors},
    {"model.safetensors.index.json", open_safetensors_shards},
    {"pytorch_model.bin", open_pytorch},
    {"pytorch_model.bin.index.json", open_pytorch_shards},
});

/// Files of other systems, and what makes weights of them that are read.
struct Foreign {
  std::string_view suffix;
  std::string_view advice;
};

constexpr auto foreign = std::to_array<Foreign>({
    {".index",
     "a TensorFlow checkpoint, which is not read; convert it once with transformers' "
     "convert_electra_original_tf_checkpoint_to_pytorch.py, or its like for BERT"},
    {".h5",
     "TensorFlow's weights, which are not read; convert them once with transformers below 5: "
     "ElectraForPreTraining.from_pretrained(directory, from_tf=True).save_pretrained(directory), "
     "for a generator ElectraForMaskedLM"},
    {".msgpack",
     "Flax's weights, which are not read; convert them once with transformers below 5: "
     "ElectraForPreTraining.from_pretrained(directory, from_flax=True).save_pretrained(directory), "
     "for a generator ElectraForMaskedLM"},
    {".onnx",
     "an ONNX graph, which is not read; take the model.safetensors or pytorch_model.bin that it "
     "was "
     "made from"},
});

/// Throws if there is a file that somebody could take for the weights.
void refuse_foreign(const std::filesystem::path& directory) {
  std::error_code unknown;
  for (const auto& entry : std::filesystem::directory_iterator(directory, unknown))
    for (const Foreign& each : foreign)
      if (entry.path().filename().string().ends_with(each.suffix))
        throw IoError(entry.path().string() + ": " + std::string(each.advice));
}

}  // namespace

TensorSource::TensorSource(std::filesystem::path path, std::vector<MappedFile> files,
                           std::vector<StoredTensor> tensors)
    : path_(std::move(path)),
      files_(std::make_shared<std::vector<MappedFile>>(std::move(files))),
      tensors_(std::move(tensors)) {
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
  const auto width = static_cast<std::size_t>(bits_of(tensor.dtype) / 8);
  const auto bytes =
      tensor.bytes.subspan(static_cast<std::size_t>(first) * width, to.size() * width);
  const MappedFile* file = file_of(bytes);
  if (file != nullptr && tensor.dtype == StoredType::f32)
    return file->copy(bytes, std::as_writable_bytes(to));
  electra::read_f32(tensor, first, to, path_.string());
  if (file != nullptr) file->release(bytes);
}

const MappedFile* TensorSource::file_of(std::span<const std::byte> bytes) const {
  const auto found = std::ranges::find_if(*files_, [&](const MappedFile& each) {
    const std::byte* begin = each.bytes().data();
    return bytes.data() >= begin && bytes.data() < begin + each.bytes().size();
  });
  return found == files_->end() ? nullptr : &*found;
}

std::optional<TensorSource::InPlace> TensorSource::in_place(const StoredTensor& tensor,
                                                            Shape shape) const {
  const bool is_f32 = tensor.dtype == StoredType::f32;
  if (!is_f32 && tensor.dtype != StoredType::bf16) return std::nullopt;
  const DType dtype = is_f32 ? DType::f32 : DType::bf16;
  const auto address = reinterpret_cast<std::uintptr_t>(tensor.bytes.data());
  if (file_of(tensor.bytes) == nullptr || address % static_cast<std::size_t>(size_of(dtype)) != 0)
    return std::nullopt;
  return InPlace{{tensor.bytes.data(), shape, dtype}, files_};
}

TensorSource open_weights(const std::filesystem::path& directory) {
  for (const Importer& importer : importers) {
    std::error_code unknown;  // then the file is not there for us
    if (std::filesystem::exists(directory / importer.file, unknown))
      return importer.open(directory / importer.file);
  }
  refuse_foreign(directory);
  std::string names;
  for (const Importer& importer : importers)
    names += (names.empty() ? "" : ", ") + std::string(importer.file);
  throw IoError(directory.string() + ": expected one of " + names + ", found none");
}

}  // namespace electra
