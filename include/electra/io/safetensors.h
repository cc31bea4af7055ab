#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "electra/core/mapped_file.h"
#include "electra/core/tensor.h"
#include "electra/io/stored_tensor.h"

namespace electra {

/// Strings by name that travel with the tensors, under "__metadata__".
using StoredMetadata = std::map<std::string, std::string>;

/// What a safetensors file holds; the tensors point into the file's bytes.
struct SafetensorsContents {
  std::vector<StoredTensor> tensors;  // by name
  StoredMetadata metadata;
};

/// Checks every rule of the format (github.com/huggingface/safetensors, README). Throws IoError,
/// naming `origin` and the tensor.
[[nodiscard]] SafetensorsContents parse_safetensors(std::span<const std::byte> file,
                                                    const std::string& origin);

/// A safetensors file, mapped: tensors are read in place.
class SafetensorsFile {
 public:
  /// Throws IoError if the file is missing or breaks a rule of the format.
  [[nodiscard]] static SafetensorsFile open(const std::filesystem::path& path);

  [[nodiscard]] const std::filesystem::path& path() const { return file_.path(); }
  [[nodiscard]] const StoredMetadata& metadata() const { return contents_.metadata; }
  /// All tensors, sorted by name.
  [[nodiscard]] const std::vector<StoredTensor>& tensors() const { return contents_.tensors; }
  [[nodiscard]] std::vector<std::string_view> names() const;
  /// Null if there is none of this name.
  [[nodiscard]] const StoredTensor* find(std::string_view name) const;
  /// Throws IoError if there is none of this name, or its shape is another.
  [[nodiscard]] const StoredTensor& get(std::string_view name, std::span<const Index> shape) const;

  /// Copies F32, F16, BF16 or F64, rounded to f32. Throws IoError for another type or size.
  void read_f32(const StoredTensor& tensor, std::span<float> to) const;
  /// Copies I32 or I64. Throws IoError for another type or size, or a number beyond 32 bits.
  void read_i32(const StoredTensor& tensor, std::span<std::int32_t> to) const;

 private:
  SafetensorsFile(MappedFile file, SafetensorsContents contents)
      : file_(std::move(file)), contents_(std::move(contents)) {}

  MappedFile file_;
  SafetensorsContents contents_;
};

/// Collects tensors, then writes them all. The bytes must stay valid until then.
class SafetensorsWriter {
 public:
  /// Throws IoError for a name added twice, or bytes that do not fit type and shape.
  void add(StoredTensor tensor);
  /// A dense tensor in host memory.
  void add(std::string name, ConstTensorView tensor);

  /// Replaces the file at once. The bytes are those that the reference writer produces: largest
  /// type first, then by name.
  void write(const std::filesystem::path& path, const StoredMetadata& metadata = {}) const;

 private:
  std::map<std::string, StoredTensor> tensors_;
};

}  // namespace electra
