#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace electra {

/// The names of what a run leaves in its folder; see docs/formats.md.
struct RunFolder {
  std::filesystem::path root;
  std::vector<std::string> prepared = {};  // what it makes of its data before the first step
  std::vector<std::string> exports = {};   // folders that a finished run leaves

  [[nodiscard]] std::filesystem::path config() const { return root / "config.resolved.json"; }
  [[nodiscard]] std::filesystem::path log() const { return root / "train.jsonl"; }
  [[nodiscard]] std::filesystem::path report() const { return root / "report.html"; }
  [[nodiscard]] std::filesystem::path checkpoints() const { return root / "checkpoints"; }
  [[nodiscard]] std::filesystem::path ranks() const { return root / "ranks"; }

  /// Throws ConfigError if a new run may not begin here: there is one with a checkpoint, or there
  /// is none and something else has a name that a run writes. Touches nothing.
  void check_free() const;
  /// Throws ConfigError if `input` is a file that `begin` would remove.
  void check_apart(const std::filesystem::path& input) const;
  /// Begins a run: the first thing that it writes is its configuration, by which the folder is
  /// known from then on. What a run left that ended before its first checkpoint goes; nothing else
  /// does. Throws as check_free does.
  void begin(const std::string& config) const;
  /// Whether a run began here and was ended before its first checkpoint, so that resuming it means
  /// to begin it again with what it has prepared.
  [[nodiscard]] bool has_only_begun() const;
  /// Begins such a run again: its log and report go, what it prepared stays.
  void begin_again() const;

 private:
  [[nodiscard]] std::vector<std::filesystem::path> begun() const;
  [[nodiscard]] std::vector<std::filesystem::path> written() const;
};

}  // namespace electra
