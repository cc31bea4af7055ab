#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "electra/core/shape.h"
#include "electra/io/safetensors.h"

namespace electra {

/// What a run must know of itself beside its tensors: numbers and texts by name.
using CheckpointValue = std::variant<std::int64_t, double, std::string>;
using CheckpointState = std::map<std::string, CheckpointValue, std::less<>>;

/// Writes ROOT/checkpoint-STEP/ under a temporary name; without `commit` nothing remains. The
/// folder holds safetensors files and state.json with their sizes and checksums.
class CheckpointWriter {
 public:
  /// Removes what an interrupted writer left in ROOT: one process at a time writes there.
  CheckpointWriter(std::filesystem::path root, Index step);
  ~CheckpointWriter();
  CheckpointWriter(const CheckpointWriter&) = delete;
  CheckpointWriter& operator=(const CheckpointWriter&) = delete;

  /// Where it will be.
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
  /// Adds the file NAME.safetensors.
  void write(const std::string& name, const SafetensorsWriter& tensors);
  /// Flushes everything to the disk, puts the folder in place (instead of one of the same step) and
  /// returns its path; then removes the oldest checkpoints until `keep` are left, never this one.
  /// Throws IoError; ConfigError if keep < 1.
  std::filesystem::path commit(const CheckpointState& state, Index keep);

 private:
  void write_state(const CheckpointState& state) const;
  void put_in_place() const;
  void remove_old(Index keep) const;

  std::filesystem::path root_;
  std::filesystem::path folder_;
  std::filesystem::path temporary_;
  Index step_;
  std::vector<std::string> files_;
};

/// A complete checkpoint, opened for reading.
class Checkpoint {
 public:
  /// Checks that every file is there with its size and checksum. Throws IoError, naming the file.
  [[nodiscard]] static Checkpoint open(const std::filesystem::path& folder);

  [[nodiscard]] const std::filesystem::path& path() const { return folder_; }
  [[nodiscard]] Index step() const { return step_; }
  [[nodiscard]] const CheckpointState& state() const { return state_; }
  /// The file NAME.safetensors. Throws IoError if the checkpoint has none.
  [[nodiscard]] SafetensorsFile tensors(const std::string& name) const;

  /// The value of this name. Throws IoError if it is missing or of another type.
  [[nodiscard]] std::int64_t integer(std::string_view name) const;
  [[nodiscard]] double number(std::string_view name) const;
  [[nodiscard]] const std::string& text(std::string_view name) const;

 private:
  template <class T>
  [[nodiscard]] const T& value(std::string_view name, const char* expected) const;

  std::filesystem::path folder_;
  Index step_ = 0;
  CheckpointState state_;
  std::vector<std::string> files_;
};

/// The folders checkpoint-STEP in ROOT, newest first, complete or not. Empty if ROOT is missing.
[[nodiscard]] std::vector<std::filesystem::path> list_checkpoints(
    const std::filesystem::path& root);

/// The newest complete checkpoint, if there is one, and why newer ones were passed over.
struct LatestCheckpoint {
  std::optional<Checkpoint> checkpoint;
  std::vector<std::string> passed_over;
};
[[nodiscard]] LatestCheckpoint latest_checkpoint(const std::filesystem::path& root);

/// What the newest checkpoint whose state.json is whole must know of its run; its tensors are not
/// looked at. Absent if there is none.
[[nodiscard]] std::optional<CheckpointState> latest_state(const std::filesystem::path& root);

}  // namespace electra
