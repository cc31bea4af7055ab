#pragma once

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>

namespace electra::test {

/// A folder beside the repository that an environment variable may name elsewhere. Empty, with a
/// line that says so, if it is not there: the test then has nothing to do.
inline std::filesystem::path shared_folder(const char* variable, const std::string& name) {
  const char* given = std::getenv(variable);
  const std::filesystem::path path =
      given != nullptr ? std::filesystem::path(given)
                       : std::filesystem::path(ELECTRA_SOURCE_DIR) / "../shared" / name;
  if (std::filesystem::is_directory(path)) return path;
  std::cerr << "skipped: " << path.string() << " is not there (" << variable << ")\n";
  return {};
}

inline std::filesystem::path golden_folder() { return shared_folder("ELECTRA_GOLDEN", "golden"); }

}  // namespace electra::test
