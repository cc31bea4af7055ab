#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "electra/core/shape.h"

namespace electra {

/// What a rank says of itself.
struct RankReport {
  enum class State : std::uint8_t {
    inside,
    between,
    failed,
    left
  };  // inside: a call has not ended

  State state = State::between;
  Index step = -1;         // -1: before the first
  std::uint64_t call = 0;  // the oldest that has not ended, else the last
  std::string operation;   // of that call
  std::string reason;      // of a failure
};

/// "step 812, in call 2441, all_reduce_sum f32 [1024]".
[[nodiscard]] std::string to_string(const RankReport& report);

/// The reports of all ranks, one small file each, in a folder that all of them see. With an empty
/// path nothing is written and nothing is known. Ages are differences of the files' times, which
/// one file server sets, so that clocks of machines need not agree.
class RankReports {
 public:
  /// Throws IoError if the folder cannot be made or written to.
  RankReports(std::filesystem::path folder, int rank, int size);

  /// Never throws: a full disk must not end a run by this.
  void write(const RankReport& report) const noexcept;
  /// The first rank that has failed since this one came, and why.
  [[nodiscard]] std::optional<std::string> failure_elsewhere() const;
  /// A line for each rank; `own` is what this one has just written.
  [[nodiscard]] std::string describe(const RankReport& own) const;
  /// "rank 1 is in broadcast …", where another rank's call of the same number is another one.
  [[nodiscard]] std::string disagreement(const RankReport& own) const;

 private:
  struct Found {
    RankReport report;
    std::filesystem::file_time_type time;
  };

  [[nodiscard]] std::filesystem::path file(int rank) const;
  [[nodiscard]] std::optional<Found> read(int rank) const;

  std::filesystem::path folder_;
  int rank_;
  int size_;
  std::filesystem::file_time_type came_;  // what is older is of an earlier attempt
};

}  // namespace electra
