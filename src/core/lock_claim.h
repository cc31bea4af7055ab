#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace electra {

/// Who holds a lock, as its file says, and how often the holder has given a sign of life.
struct LockClaim {
  std::string machine;  // until it is restarted
  std::string host;     // its name, for people
  long process = 0;
  std::string started;  // the process, in the kernel's words: a number may come again
  std::string since;    // 2026-01-31T12:00:00Z
  std::string name;     // of this claim alone: a process may make several
  long beat = 0;

  [[nodiscard]] bool same_holder(const LockClaim& other) const {
    return machine == other.machine && process == other.process && started == other.started &&
           name == other.name;
  }
};

/// This process's, now; on this machine if `machine` is empty.
[[nodiscard]] LockClaim own_claim(const std::string& machine = {});
/// Always as many bytes, so that a shorter text leaves nothing of a longer one.
[[nodiscard]] std::string to_text(const LockClaim& claim);
/// Nothing if the file names no holder: it was just made, or is somebody else's. It is opened
/// anew, so that a network file system looks for what other machines have written.
[[nodiscard]] std::optional<LockClaim> read_claim(const std::filesystem::path& file);
/// Whether the process lives on this machine, as far as can be seen from here.
[[nodiscard]] bool is_alive(const LockClaim& claim);

}  // namespace electra
