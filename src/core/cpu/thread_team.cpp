#include "core/cpu/thread_team.h"

#include <memory>

namespace electra {

namespace {

/// Some microseconds: about as long as going to sleep and being woken takes.
constexpr int looks_before_sleep = 200;

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

/// One thread. `orders` counts what it was told to do: its piece, or to end.
struct ThreadTeam::Member {
  explicit Member(int number) : piece(number) {}

  int piece;
  bool ends = false;
  std::atomic<std::uint32_t> orders{0};
  std::thread thread;

  void order() {
    orders.fetch_add(1, std::memory_order_release);
    orders.notify_one();
  }
};

ThreadTeam::ThreadTeam() = default;

ThreadTeam::~ThreadTeam() {
  for (const auto& member : members_) {
    member->ends = true;
    member->order();
    member->thread.join();
  }
}

void ThreadTeam::work(Member& member) {
  for (std::uint32_t seen = 0;; ++seen) {
    wait_while(member.orders, seen);
    if (member.ends) return;
    failure_.guard([&] { (*body_)(member.piece); });
    if (busy_.fetch_sub(1, std::memory_order_acq_rel) == 1) busy_.notify_one();
  }
}

void ThreadTeam::run(int pieces, Pieces body) {
  while (static_cast<int>(members_.size()) < pieces - 1) {
    auto member = std::make_unique<Member>(static_cast<int>(members_.size()) + 1);
    Member& added = *member;
    added.thread = std::thread([this, &added] { work(added); });
    members_.push_back(std::move(member));
  }
  body_ = &body;
  busy_.store(pieces - 1, std::memory_order_relaxed);
  for (int piece = 1; piece < pieces; ++piece)
    members_[static_cast<std::size_t>(piece) - 1]->order();
  failure_.guard([&] { body(0); });
  for (int left = busy_.load(std::memory_order_acquire); left > 0;
       left = busy_.load(std::memory_order_acquire))
    wait_while(busy_, left);
  failure_.rethrow();
}

}  // namespace electra
