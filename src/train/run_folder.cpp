#include "electra/train/run_folder.h"

#include <algorithm>

#include "electra/core/error.h"
#include "electra/core/file.h"
#include "electra/io/checkpoint.h"

namespace electra {

namespace fs = std::filesystem;

namespace {

bool is_there(const fs::path& path) { return fs::exists(fs::symlink_status(path)); }

}  // namespace

/// What is there of what a run writes before its first checkpoint, but for its configuration and
/// the reports of ranks, which may begin before it does.
std::vector<fs::path> RunFolder::begun() const {
  std::vector<fs::path> found = written();
  for (const std::string& name : prepared)
    if (is_there(root / name)) found.push_back(root / name);
  return found;
}

/// Of these, what is not prepared.
std::vector<fs::path> RunFolder::written() const {
  std::vector<fs::path> found;
  for (const fs::path& path : {log(), report(), checkpoints()})
    if (is_there(path)) found.push_back(path);
  std::error_code missing;
  for (const auto& entry : fs::directory_iterator(root, missing))
    if (entry.path().filename().string().starts_with("events.out.tfevents."))
      found.push_back(entry.path());
  return found;
}

void RunFolder::check_free() const {
  if (!list_checkpoints(checkpoints()).empty())
    throw ConfigError(root.string() +
                      ": there is a run already; resume it, or choose another folder");
  if (fs::exists(config())) return;
  std::vector<fs::path> others = begun();
  for (const std::string& name : exports)
    if (is_there(root / name)) others.push_back(root / name);
  if (!others.empty())
    throw ConfigError(others.front().string() + ": a run would write this, but the folder has no " +
                      config().filename().string() +
                      ", so that it was no run that did; choose another folder");
}

bool RunFolder::has_only_begun() const {
  const auto is_exported = [this](const std::string& name) { return is_there(root / name); };
  return fs::exists(config()) && list_checkpoints(checkpoints()).empty() &&
         std::none_of(exports.begin(), exports.end(), is_exported);
}

void RunFolder::check_apart(const fs::path& input) const {
  std::error_code missing;
  for (const fs::path& path : begun())
    if (!input.empty() && fs::equivalent(input, path, missing))
      throw ConfigError(input.string() +
                        ": a new run in this folder would write this; name another file");
}

void RunFolder::begin(const std::string& config_text) const {
  check_free();
  for (const fs::path& path : begun()) fs::remove_all(path);
  make_folders(root);
  write_file(config(), config_text + "\n");
}

void RunFolder::begin_again() const {
  for (const fs::path& path : written()) fs::remove_all(path);
}

}  // namespace electra
