#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace electra {

/// A file of an archive.
struct ZipEntry {
  std::string_view name;
  std::span<const std::byte> bytes;
};

/// The files of a zip archive whose files are stored as they are (PKWARE's APPNOTE 6.3, zip64
/// included), sorted by name; sizes come from the central directory. They point into `file`.
/// Throws IoError that begins with `origin` and names the file in it: compressed, encrypted, named
/// twice, beyond the archive, or lying where another lies.
[[nodiscard]] std::vector<ZipEntry> read_zip(std::span<const std::byte> file,
                                             const std::string& origin);

/// Null if there is none of this name; the entries are sorted.
[[nodiscard]] const ZipEntry* find_entry(std::span<const ZipEntry> entries, std::string_view name);

}  // namespace electra
