#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

namespace electra {

/// A library's handle that is used by one call at a time, and that another thread can abort: after
/// the call that is under way, or during it where that call is stuck.
template <class Handle>
class Abortable {
 public:
  explicit Abortable(std::function<void(Handle)> abort) : abort_(std::move(abort)) {}

  /// Calls `make`, which returns the handle.
  template <class Make>
  void set(const Make& make) {
    const std::lock_guard lock(mutex_);
    handle_ = make();
    if (aborted_) end();
  }

  /// Calls call(handle), if there is one still.
  template <class Call>
  void use(const Call& call) {
    const std::lock_guard lock(mutex_);
    if (const Handle handle = usable()) call(handle);
  }

  /// The same, but not where another call is under way.
  template <class Call>
  void try_use(const Call& call) {
    const std::unique_lock lock(mutex_, std::try_to_lock);
    if (!lock) return;
    if (const Handle handle = usable()) call(handle);
  }

  /// Gives the handle away, if there is one still: nothing is aborted any more.
  [[nodiscard]] Handle release() {
    const std::lock_guard lock(mutex_);
    return handle_.exchange(nullptr);
  }

  void abort() {
    aborted_ = true;
    const auto limit = Clock::now() + patience;
    std::unique_lock lock(mutex_, std::defer_lock);
    while (!lock.try_lock() && Clock::now() < limit)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    end();
  }

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::seconds patience{2};  // calls take milliseconds

  [[nodiscard]] Handle usable() const { return aborted_ ? nullptr : handle_.load(); }
  void end() {
    if (const Handle handle = handle_.exchange(nullptr)) abort_(handle);
  }

  std::function<void(Handle)> abort_;
  std::mutex mutex_;
  std::atomic<Handle> handle_ = nullptr;
  std::atomic<bool> aborted_ = false;
};

}  // namespace electra
