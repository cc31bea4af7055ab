#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "electra/core/interruption.h"

namespace electra {

/// Keeps a folder to one process at a time, by the file `run.lock` in it. The file is locked with
/// the operating system, which forgets a process that has died; it names its holder, who gives a
/// sign of life in it every few seconds, so that on a network file system, too, where another
/// machine's lock may not be seen, a live holder is told from one that a crash has left behind.
class FolderLock {
 public:
  struct Options {
    std::chrono::milliseconds beat = std::chrono::seconds(2);  ///< between two signs of life
    std::function<void(const std::string&)> say = {};          ///< told why it waits for some beats
    StopRequest stop = {};                                     ///< asked while it waits
    // What tests pretend:
    std::string machine = {};  ///< to be on this machine; empty: the one that it is
    bool system_locks = true;  ///< that the file system has locks
  };

  /// Makes the folder where it is missing. Takes over at once what a dead process of this machine
  /// has left, and what another machine's has, after some beats without a sign of life. Throws
  /// ConfigError that names the holder if it is alive, IoError if the file cannot be written,
  /// Interrupted.
  FolderLock(const std::filesystem::path& folder, Options options);
  explicit FolderLock(const std::filesystem::path& folder) : FolderLock(folder, Options{}) {}
  /// Removes the file, and the folders that were made if nothing came into them.
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  class Holder;
  std::unique_ptr<Holder> holder_;
};

}  // namespace electra
