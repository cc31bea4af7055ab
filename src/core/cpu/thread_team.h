#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace electra {

/// A function of the number of a piece, not owned: what threads share.
class Pieces {
 public:
  template <class Body>
  explicit Pieces(const Body& body)
      : body_(&body),
        call_([](const void* of, int piece) { (*static_cast<const Body*>(of))(piece); }) {}
  void operator()(int piece) const { call_(body_, piece); }

 private:
  const void* body_;
  void (*call_)(const void*, int);
};

/// The first exception of several threads, thrown again in the thread that waited for them.
class FirstFailure {
 public:
  template <class Work>
  void guard(const Work& work) noexcept {
    try {
      work();
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (!failure_) failure_ = std::current_exception();
    }
  }
  void rethrow() {
    if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
  }

 private:
  std::mutex mutex_;
  std::exception_ptr failure_;
};

/// Threads that share pieces of work with the one that asks for it, and that sleep a few
/// microseconds after the last piece. They are started when they are first needed.
class ThreadTeam {
 public:
  ThreadTeam();
  ~ThreadTeam();
  ThreadTeam(const ThreadTeam&) = delete;
  ThreadTeam& operator=(const ThreadTeam&) = delete;

  /// Calls body(piece) for each piece in [0, pieces): piece 0 on the calling thread, every other on
  /// a thread of its own. To be called by one thread at a time.
  void run(int pieces, Pieces body);

 private:
  struct Member;
  void work(Member& member);

  std::vector<std::unique_ptr<Member>> members_;
  const Pieces* body_ = nullptr;
  FirstFailure failure_;
  std::atomic<int> busy_{0};
};

}  // namespace electra
