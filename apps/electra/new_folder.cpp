#include "new_folder.h"

#include <unistd.h>

#include <string>
#include <system_error>

#include "electra/core/error.h"
#include "electra/core/file.h"

namespace electra {

namespace {

namespace fs = std::filesystem;

/// "out/a/" is "out/a"; a name alone is one in the working folder.
fs::path with_parent(const fs::path& path) {
  const fs::path whole = fs::absolute(path).lexically_normal();
  return whole.has_filename() ? whole : whole.parent_path();
}

void check_free(const fs::path& path) {
  std::error_code unknown;  // then it is none that is empty
  if (!fs::exists(fs::symlink_status(path)) ||
      (fs::is_directory(path) && fs::is_empty(path, unknown)))
    return;
  throw ConfigError(path.string() +
                    ": expected a folder that is not there yet, or an empty one, found " +
                    (fs::is_directory(path) ? "one that holds something" : "a file"));
}

}  // namespace

NewFolder::NewFolder(const fs::path& path) : path_(with_parent(path)) {
  check_free(path_);
  make_folders(path_.parent_path());
  const fs::path making = path_.parent_path() / ("." + path_.filename().string() + ".partial-" +
                                                 std::to_string(getpid()));
  std::error_code error;
  if (!fs::create_directory(making, error))
    throw IoError(making.string() + ": " + (error ? error.message() : "it is there already"));
  making_ = making;
}

NewFolder::~NewFolder() {
  std::error_code ignored;
  if (!making_.empty()) fs::remove_all(making_, ignored);
}

void NewFolder::commit() {
  std::error_code error;
  fs::rename(making_, path_, error);
  if (error) throw IoError(path_.string() + ": " + error.message());
  making_.clear();
  sync_folder(path_.parent_path());
}

}  // namespace electra
