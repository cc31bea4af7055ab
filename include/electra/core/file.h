#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace electra {

/// The whole file. Throws IoError.
[[nodiscard]] std::string read_file(const std::filesystem::path& path);
/// Replaces the whole file at once (AtomicFile).
void write_file(const std::filesystem::path& path, std::string_view text);
/// Makes what was created, renamed or removed in this folder survive a power cut.
void sync_folder(const std::filesystem::path& folder);
/// Makes the folder and those above it, where missing. Throws IoError.
void make_folders(const std::filesystem::path& folder);

}  // namespace electra
