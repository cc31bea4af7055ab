#include "infer/worker_pool.h"

namespace electra {

WorkerPool::Lease WorkerPool::take() {
  std::unique_lock lock(mutex_);
  if (idle_.empty() && workers_.size() < most_)
    idle_.push_back(workers_.emplace_back(std::make_unique<Worker>(device_, threads_)).get());
  returned_.wait(lock, [&] { return !idle_.empty(); });
  Worker& worker = *idle_.back();
  idle_.pop_back();
  return {*this, worker};
}

std::size_t WorkerPool::size() const {
  const std::lock_guard lock(mutex_);
  return workers_.size();
}

void WorkerPool::give_back(Worker& worker) {
  {
    const std::lock_guard lock(mutex_);
    idle_.push_back(&worker);
  }
  returned_.notify_one();
}

}  // namespace electra
