#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "electra/core/mapped_file.h"
#include "electra/core/tensor.h"
#include "electra/io/stored_tensor.h"

namespace electra {

/// The named tensors of a directory, whatever files keep them; they are read in place.
class TensorSource {
 public:
  /// `tensors` point into `files`; `path` is the source's name in messages.
  TensorSource(std::filesystem::path path, std::vector<MappedFile> files,
               std::vector<StoredTensor> tensors);

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  /// All of them, sorted by name.
  [[nodiscard]] std::span<const StoredTensor> tensors() const { return tensors_; }
  /// Its files, for a source of several.
  [[nodiscard]] std::vector<MappedFile> files() && { return std::move(*files_); }
  /// Null if there is none of this name.
  [[nodiscard]] const StoredTensor* find(std::string_view name) const;

  /// Copies elements of one of the tensors from the first on, rounded to f32, and lets go of the
  /// memory that they were read through. Throws IoError for a type that is not floating.
  void read_f32(const StoredTensor& tensor, Index first, std::span<float> to) const;

  /// The memory in which a file's tensor lies, for as long as `owner` does; it shows what the file
  /// holds, and is read from there when it is first looked at.
  struct InPlace {
    ConstTensorView values;  // f32 or bf16
    std::shared_ptr<const void> owner;
  };
  /// Nothing for tensors of another type, and for those that are not aligned as their type is.
  /// `shape`: the tensor's.
  [[nodiscard]] std::optional<InPlace> in_place(const StoredTensor& tensor, Shape shape) const;

 private:
  [[nodiscard]] const MappedFile* file_of(std::span<const std::byte> bytes) const;

  std::filesystem::path path_;
  std::shared_ptr<std::vector<MappedFile>> files_;
  std::vector<StoredTensor> tensors_;
};

/// The weights in a directory: of the files that may keep them (the table in weights.cpp), the
/// first that is there. Throws IoError if there is none, and says what to do if there are the files
/// of another system; or if it cannot be read.
[[nodiscard]] TensorSource open_weights(const std::filesystem::path& directory);

}  // namespace electra
