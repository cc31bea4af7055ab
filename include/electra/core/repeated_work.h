#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "electra/core/arena.h"
#include "electra/core/recording.h"
#include "electra/core/shape.h"

namespace electra {

/// What decides, beside addresses, which kernels repeated work starts.
struct WorkKey {
  Shape shape = {};         // of what comes in
  std::uint32_t phase = 0;  // which part of the work is done

  friend bool operator==(const WorkKey&, const WorkKey&) = default;
};

/// Work that is the same at every call with the same key, down to its addresses; only what lies in
/// device memory changes. A GPU runs it until a run with this key has moved no address, records it
/// at the next, and replays the recording from there on; a CPU runs it every time. When addresses
/// move, every recording goes.
class RepeatedWork {
 public:
  /// So many keys are remembered, those used last. Work under more in turn is run every time.
  static constexpr std::size_t most_keys = 16;

  /// Both must outlive this; temporaries of the work come from the arena.
  RepeatedWork(Context& context, const Arena& arena) : context_(context), arena_(arena) {}

  void run(const WorkKey& key, const std::function<void()>& work);
  /// What the last run replayed; nullptr if it ran the work. Valid until the next run.
  [[nodiscard]] const Recording* recording() const { return last_; }
  /// Replay::never runs the work every time, as a CPU does.
  enum class Replay : std::uint8_t { when_possible, never };
  void set_replay(Replay replay) { replay_ = replay; }

 private:
  /// Where memory of the work may have moved.
  struct Addresses {
    std::int64_t context = 0, arena = 0;
    friend bool operator==(const Addresses&, const Addresses&) = default;
  };
  /// A key a run of which moved nothing.
  struct Settled {
    WorkKey key;
    std::unique_ptr<Recording> recording;  // from the next run on
  };
  [[nodiscard]] Addresses addresses() const;
  /// Forgets what holds for other addresses.
  void settle_at(Addresses now);
  /// Puts the key first, if it is known.
  [[nodiscard]] bool find(const WorkKey& key);
  void remember(const WorkKey& key);

  Context& context_;
  const Arena& arena_;
  Replay replay_ = Replay::when_possible;
  Addresses settled_at_;
  std::vector<Settled> settled_;  // the one used last first
  const Recording* last_ = nullptr;
};

}  // namespace electra
