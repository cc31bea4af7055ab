#include "electra/data/prefetcher.h"

#include <algorithm>
#include <utility>

namespace electra {

Prefetcher::Prefetcher(Loader loader, Index first_step, Index depth)
    : loader_(std::move(loader)),
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

void Prefetcher::deliver(StepExamples examples) {
  const std::lock_guard lock(mutex_);
  ready_.push_back(std::move(examples));
  changed_.notify_all();
}

void Prefetcher::work() {
  try {
    while (wait_for_room()) deliver(loader_.at(step_++));
  } catch (...) {
    const std::lock_guard lock(mutex_);
    error_ = std::current_exception();
    changed_.notify_all();
  }
}

StepExamples Prefetcher::next() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return !ready_.empty() || error_; });
  if (ready_.empty()) std::rethrow_exception(error_);
  StepExamples examples = std::move(ready_.front());
  ready_.pop_front();
  changed_.notify_all();
  return examples;
}

}  // namespace electra
