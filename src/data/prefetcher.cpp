#include "electra/data/prefetcher.h"

#include <algorithm>
#include <utility>

namespace electra {

Prefetcher::Prefetcher(std::unique_ptr<StepSource> source, Index first_step, Index depth)
    : source_(std::move(source)),
      step_(first_step),
      depth_(std::max(Index{1}, depth)),
      thread_([this] { work(); }) {}

Prefetcher::~Prefetcher() {
  {
    const std::lock_guard lock(mutex_);
    leave_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

bool Prefetcher::wait_for_room() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return leave_ || std::ssize(ready_) < depth_; });
  return !leave_;
}

void Prefetcher::deliver(StepBatch batch) {
  const std::lock_guard lock(mutex_);
  ready_.push_back(std::move(batch));
  changed_.notify_all();
}

void Prefetcher::work() {
  try {
    while (wait_for_room()) deliver(source_->at(step_++));
  } catch (...) {
    const std::lock_guard lock(mutex_);
    error_ = std::current_exception();
    changed_.notify_all();
  }
}

StepBatch Prefetcher::next() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return !ready_.empty() || error_; });
  if (ready_.empty()) std::rethrow_exception(error_);
  StepBatch batch = std::move(ready_.front());
  ready_.pop_front();
  changed_.notify_all();
  return batch;
}

}  // namespace electra
