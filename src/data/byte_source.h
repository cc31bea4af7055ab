#pragma once

#include <filesystem>
#include <string_view>

#include "data/raw_file.h"
#include "data/unpacker.h"

namespace electra {

/// The bytes of a file as they come, unpacked if its first bytes say that it is gzip or zstd.
class ByteSource {
 public:
  /// Throws IoError.
  explicit ByteSource(const std::filesystem::path& path);

  /// Up to 256 KiB more, valid until the next call; empty at the end. Throws IoError, naming the
  /// file, for what is damaged or cut off.
  [[nodiscard]] std::string_view next();

  [[nodiscard]] Packing packing() const { return packing_; }
  /// All of it was read once next() was empty.
  [[nodiscard]] const RawFile& file() const { return file_; }

 private:
  RawFile file_;
  std::string_view packed_;  // what of the file's last piece waits
  Packing packing_;
  Unpacker unpacker_;
};

}  // namespace electra
