#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

#include "electra/core/arena.h"
#include "electra/core/context.h"
#include "infer/batch_memory.h"

namespace electra {

/// What one call computes with.
class Worker {
 public:
  Worker(Device device, int threads)
      : context_(Context::create(device, {.threads = threads, .waiting = Waiting::asleep})),
        arena_(*context_) {}

  [[nodiscard]] Context& context() { return *context_; }
  [[nodiscard]] Arena& arena() { return arena_; }
  [[nodiscard]] BatchMemory& memory() { return memory_; }

 private:
  std::unique_ptr<Context> context_;
  Arena arena_;
  BatchMemory memory_;
};

/// How many calls may compute at once if nothing else is asked for: on a CPU as many as there are
/// processors for, each with `threads` of them (0: all), on a GPU one.
[[nodiscard]] int usual_workers(Device device, int threads);

/// A bounded number of workers, made when they are first needed, for any number of threads.
class WorkerPool {
 public:
  /// A worker of the caller's, until this goes.
  class Lease {
   public:
    Lease(WorkerPool& pool, Worker& worker) : pool_(pool), worker_(worker) {}
    ~Lease() { pool_.give_back(worker_); }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;

    Worker* operator->() const { return &worker_; }
    Worker& operator*() const { return worker_; }

   private:
    WorkerPool& pool_;
    Worker& worker_;
  };

  WorkerPool(Device device, int threads, int most)
      : device_(device), threads_(threads), most_(static_cast<std::size_t>(most)) {}

  /// Waits if as many as there may be are at work. Throws DeviceError if a new one cannot be made;
  /// the next call tries again.
  [[nodiscard]] Lease take();
  /// How many have been made.
  [[nodiscard]] std::size_t size() const;

 private:
  void give_back(Worker& worker) noexcept;

  Device device_;
  int threads_;
  std::size_t most_;
  mutable std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<Worker*> idle_;  // has room for all that have been made
};

}  // namespace electra
