#pragma once

#include <functional>
#include <future>
#include <memory>
#include <thread>

namespace electra {

/// A thread for calls that nobody can interrupt: its owner waits for one as long as it likes, and
/// leaves the thread behind where it is stuck. Work must own all that it uses.
class SideThread {
 public:
  SideThread();
  /// Waits a moment for work that is about to end.
  ~SideThread();
  SideThread(const SideThread&) = delete;
  SideThread& operator=(const SideThread&) = delete;

  /// Work is done in the order in which it comes; what it throws comes out of the future.
  [[nodiscard]] std::future<void> begin(std::function<void()> work);

 private:
  struct Queue;

  std::shared_ptr<Queue> queue_;
  std::thread thread_;
};

}  // namespace electra
