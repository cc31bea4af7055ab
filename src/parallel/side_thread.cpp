#include "parallel/side_thread.h"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>

namespace electra {

namespace {

using namespace std::chrono_literals;

constexpr auto patience = 1s;

}  // namespace

struct SideThread::Queue {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::packaged_task<void()>> tasks;
  bool leave = false;
  bool done = false;

  void work() {
    std::unique_lock lock(mutex);
    while (true) {
      changed.wait(lock, [&] { return leave || !tasks.empty(); });
      if (tasks.empty()) break;
      auto task = std::move(tasks.front());
      tasks.pop_front();
      lock.unlock();
      task();
      lock.lock();
    }
    done = true;
    changed.notify_all();
  }
};

SideThread::SideThread()
    : queue_(std::make_shared<Queue>()), thread_([queue = queue_] { queue->work(); }) {}

SideThread::~SideThread() {
  std::unique_lock lock(queue_->mutex);
  queue_->leave = true;
  queue_->changed.notify_all();
  const bool done = queue_->changed.wait_for(lock, patience, [&] { return queue_->done; });
  lock.unlock();
  if (done)
    thread_.join();
  else
    thread_.detach();
}

std::future<void> SideThread::begin(std::function<void()> work) {
  std::packaged_task<void()> task(std::move(work));
  std::future<void> result = task.get_future();
  const std::lock_guard lock(queue_->mutex);
  queue_->tasks.push_back(std::move(task));
  queue_->changed.notify_all();
  return result;
}

}  // namespace electra
