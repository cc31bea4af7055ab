#include "core/cpu/thread_team.h"

namespace electra {

namespace {

/// Some ten microseconds: what lies between two kernels of a call, and less than being woken takes.
constexpr int looks_before_sleep = 1000;

void pause_processor() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#endif
}

/// Returns once the value is no longer `old`.
template <class T>
void wait_while(const std::atomic<T>& value, T old) {
  for (int look = 0; look < looks_before_sleep; ++look) {
    if (value.load(std::memory_order_acquire) != old) return;
    pause_processor();
  }
  value.wait(old, std::memory_order_acquire);
}

}  // namespace

ThreadTeam::ThreadTeam() = default;

ThreadTeam::~ThreadTeam() {
  ends_ = true;
  call();
  for (std::thread& thread : threads_) thread.join();
}

void ThreadTeam::call() {
  calls_.fetch_add(1, std::memory_order_release);
  calls_.notify_all();
}

/// A piece that nobody does yet, if there is one. Who has one may read the body: the call does not
/// end before the piece does.
std::optional<int> ThreadTeam::claim() {
  Open open = open_.load(std::memory_order_acquire);
  while (open.next < open.end) {
    const Open less{open.call, static_cast<std::uint16_t>(open.next + 1), open.end};
    if (open_.compare_exchange_weak(open, less, std::memory_order_acq_rel,
                                    std::memory_order_acquire))
      return open.next;
  }
  return std::nullopt;
}

void ThreadTeam::do_pieces() {
  while (const std::optional<int> piece = claim()) {
    failure_.guard([&] { (*body_)(*piece); });
    if (undone_.fetch_sub(1, std::memory_order_acq_rel) == 1) undone_.notify_one();
  }
}

void ThreadTeam::help(std::uint32_t seen) {
  for (;;) {
    wait_while(calls_, seen);
    seen = calls_.load(std::memory_order_acquire);
    if (ends_) return;
    do_pieces();
  }
}

void ThreadTeam::run(int pieces, Pieces body) {
  while (static_cast<int>(threads_.size()) < pieces - 1)
    threads_.emplace_back([this, seen = calls_.load()] { help(seen); });
  body_ = &body;
  undone_.store(pieces, std::memory_order_relaxed);
  open_.store({calls_.load(std::memory_order_relaxed) + 1, 0, static_cast<std::uint16_t>(pieces)},
              std::memory_order_release);
  call();
  do_pieces();
  for (int left = undone_.load(std::memory_order_acquire); left > 0;
       left = undone_.load(std::memory_order_acquire))
    wait_while(undone_, left);
  failure_.rethrow();
}

}  // namespace electra
