#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <mutex>
#include <optional>
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
/// microseconds after the last piece. They are started when they are first needed. Whoever has time
/// does the next piece: a thread that is not awake, or has to wait for a processor, keeps nobody
/// waiting but for a piece that it has begun.
class ThreadTeam {
 public:
  ThreadTeam();
  ~ThreadTeam();
  ThreadTeam(const ThreadTeam&) = delete;
  ThreadTeam& operator=(const ThreadTeam&) = delete;

  /// Calls body(piece) once for each piece in [0, pieces), 65,535 at most, on the calling thread
  /// and on others at once. Pieces must not wait for each other. To be called by one thread at a
  /// time.
  void run(int pieces, Pieces body);

 private:
  /// Pieces of a call that nobody has begun. The call's number keeps a thread that comes late from
  /// taking a piece of the next one for its own.
  struct Open {
    std::uint32_t call = 0;
    std::uint16_t next = 0, end = 0;
  };

  void call();
  void help(std::uint32_t seen);
  void do_pieces();
  std::optional<int> claim();

  std::vector<std::thread> threads_;
  const Pieces* body_ = nullptr;
  FirstFailure failure_;
  std::atomic<bool> ends_{false};
  std::atomic<std::uint32_t> calls_{0};  // what sleepers look at
  std::atomic<Open> open_{};
  std::atomic<int> undone_{0};
};

}  // namespace electra
