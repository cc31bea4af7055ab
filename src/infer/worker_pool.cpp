#include "infer/worker_pool.h"

#include <algorithm>

#include "core/cpu/cpu_context.h"

namespace electra {

int usual_workers(Device device, int threads) {
  if (device.type != DeviceType::cpu || threads == 0) return 1;
  return std::max(1, CpuContext(0).threads() / threads);
}

WorkerPool::Lease WorkerPool::take() {
  std::unique_lock lock(mutex_);
  if (idle_.empty() && workers_.size() < most_) {
    idle_.reserve(workers_.size() + 1);  // giving back must not fail
    return {*this, *workers_.emplace_back(std::make_unique<Worker>(device_, threads_))};
  }
  returned_.wait(lock, [&] { return !idle_.empty(); });
  Worker& worker = *idle_.back();
  idle_.pop_back();
  return {*this, worker};
}

std::size_t WorkerPool::size() const {
  const std::lock_guard lock(mutex_);
  return workers_.size();
}

void WorkerPool::give_back(Worker& worker) noexcept {
  {
    const std::lock_guard lock(mutex_);
    idle_.push_back(&worker);
  }
  returned_.notify_one();
}

}  // namespace electra
