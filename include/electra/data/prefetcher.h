#pragma once

#include <condition_variable>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>

#include "electra/core/shape.h"
#include "electra/data/step_source.h"

namespace electra {

/// Prepares the next steps on a thread of its own.
class Prefetcher {
 public:
  /// At most `depth` steps (at least one) wait to be taken.
  Prefetcher(std::unique_ptr<StepSource> source, Index first_step, Index depth = 4);
  ~Prefetcher();
  Prefetcher(const Prefetcher&) = delete;
  Prefetcher& operator=(const Prefetcher&) = delete;

  /// The batch of first_step, then of the step after it, and so on. Waits where they are not
  /// ready; rethrows what was thrown when they were prepared, each time it is called from then on.
  [[nodiscard]] StepBatch next();

 private:
  void work();
  [[nodiscard]] bool wait_for_room();
  void deliver(StepBatch batch);

  std::unique_ptr<StepSource> source_;
  Index step_;
  Index depth_;
  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::deque<StepBatch> ready_;
  std::exception_ptr error_;
  bool leave_ = false;
  std::thread thread_;  // the last member: it uses all others
};

}  // namespace electra
