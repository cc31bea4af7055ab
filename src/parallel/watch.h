#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "electra/parallel/communicator.h"
#include "parallel/rank_reports.h"

namespace electra {

/// Follows the calls of one rank on threads of its own. When a call takes longer than the
/// deadline, the transport reports an error, or another rank has stopped, it stops the transport;
/// from then on every call throws.
class Watch {
 public:
  /// What a communicator does for its watch.
  struct Transport {
    std::function<std::string()> poll;  // ends the calls that are done; says what went wrong, if
                                        // so; may itself hang until `stop`
    std::function<void()> stop;         // ends everything that hangs; called by any thread
  };

  Watch(int rank, int size, const RankOptions& options, Transport transport);
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  /// Until the first step the deadline does not count, because rank 0 may prepare data: calls may
  /// wait a day.
  void begin_step(Index step);
  /// A call begins, its number is returned. Throws TrainingError if something has failed.
  [[nodiscard]] std::uint64_t enter(const std::string& operation);
  /// The same for what no rank prepares: under the deadline from the start.
  [[nodiscard]] std::uint64_t enter_meeting(const std::string& operation);
  /// The call, and those before it, are done.
  void complete(std::uint64_t call);
  /// Throws TrainingError if something has failed.
  void check() const;
  [[nodiscard]] bool failed() const noexcept { return failed_; }
  /// Ends this rank's calls, and soon those of all ranks, for this reason.
  void fail(const std::string& reason) noexcept;

 private:
  using Clock = std::chrono::steady_clock;
  /// The reports repeat only what is from here.
  enum class Origin : std::uint8_t { here, elsewhere };
  struct Call {
    std::uint64_t number = 0;
    std::string operation;
    Clock::time_point since;
    Clock::duration limit{};
  };

  void every_tick(const std::function<void()>& work);
  void look();
  void ask();
  void fail(const std::string& reason, Origin origin) noexcept;
  [[nodiscard]] std::uint64_t enter(const std::string& operation, Clock::duration limit);
  /// Only before the first step: later all ranks stop after the same one.
  [[nodiscard]] bool is_to_stop() const;
  [[nodiscard]] std::string overdue() const;
  [[nodiscard]] RankReport report() const;
  RankReport update_values() const;
  [[nodiscard]] std::string explained(const std::string& reason) const;

  RankOptions options_;
  Transport transport_;
  RankReports reports_;
  Clock::time_point reported_;     // used by one thread alone
  mutable std::mutex publishing_;  // the newest report is written last
  mutable std::mutex mutex_;       // guards what follows
  std::condition_variable leaving_;
  std::deque<Call> open_;
  Call last_;
  Clock::time_point completed_ = Clock::now();
  Index step_ = -1;
  bool leave_ = false;
  std::atomic<bool> failed_ = false;
  std::string failure_, reason_;  // as callers are told; as others are, if it is from here
  // The last members: they use all others. Two, because what is asked may hang.
  std::thread looking_, asking_;
};

}  // namespace electra
