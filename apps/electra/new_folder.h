#pragma once

#include <filesystem>

namespace electra {

/// A folder that appears under its name all at once: it is filled under a temporary name beside it,
/// and renamed by `commit`. Without commit nothing remains.
class NewFolder {
 public:
  /// Throws ConfigError for a path where there is something already, but for an empty folder.
  explicit NewFolder(const std::filesystem::path& path);
  ~NewFolder();
  NewFolder(const NewFolder&) = delete;
  NewFolder& operator=(const NewFolder&) = delete;

  /// Where it is until it is committed.
  [[nodiscard]] const std::filesystem::path& making() const { return making_; }
  /// Throws IoError, also if something has come to be at its path.
  void commit();

 private:
  std::filesystem::path path_, making_;
};

}  // namespace electra
