#pragma once

#include <functional>
#include <memory>

#include "electra/core/arena.h"
#include "electra/core/recording.h"

namespace electra {

/// Work that is the same at every call, down to its addresses; only what lies in device memory
/// changes. A GPU runs it until no address changes any more, records it then, and replays the
/// recording from there on; a CPU runs it every time.
class RepeatedWork {
 public:
  /// Both must outlive this; temporaries of the work come from the arena.
  RepeatedWork(Context& context, const Arena& arena) : context_(context), arena_(arena) {}

  void run(const std::function<void()>& work);
  /// What is replayed; nullptr as long as nothing is.
  [[nodiscard]] const Recording* recording() const { return recording_.get(); }
  /// Replay::never runs the work every time, as a CPU does.
  enum class Replay : std::uint8_t { when_possible, never };
  void set_replay(Replay replay) { replay_ = replay; }

 private:
  /// Where memory of the work may have moved.
  struct Addresses {
    std::int64_t context = 0, arena = 0;
    friend bool operator==(const Addresses&, const Addresses&) = default;
  };
  [[nodiscard]] Addresses addresses() const;

  Context& context_;
  const Arena& arena_;
  Replay replay_ = Replay::when_possible;
  Addresses recorded_at_;
  std::unique_ptr<Recording> recording_;
  bool settled_ = false;  // the last run moved nothing
};

}  // namespace electra
