#pragma once

#include <array>
#include <memory>
#include <string>

#include "electra/core/readback.h"
#include "electra/core/tensor.h"
#include "electra/parallel/communicator.h"

namespace electra {

/// What ranks decide together. Every rank asks the same questions in the same order; one rank alone
/// asks nobody. An answer throws TrainingError if an operation up to its question has failed.
class Agreement {
 public:
  Agreement(Context& context, Communicator& ranks);

  enum class Vote : std::uint8_t { no, yes };
  /// Whether any rank says so. Waits for the device, as all questions but the next.
  [[nodiscard]] bool any(Vote vote);
  /// Whether any rank said so the time before; for one rank alone, now. The device need not have
  /// come farther than to that time.
  [[nodiscard]] bool any_before(Vote vote);
  /// Rank 0's number, below 2^31.
  [[nodiscard]] Index of_rank_0(Index value);
  /// Throws ConfigError that says `what` if the ranks have different texts.
  void expect_same(const std::string& text, const std::string& what);

 private:
  void add_up(Vote vote, TensorView votes);
  [[nodiscard]] Index read(TensorView value);

  Context& context_;
  Communicator& ranks_;
  Buffer buffer_;
  Index asked_ = 0;
  std::array<std::unique_ptr<Readback>, 2> answers_;  // of even and odd times
};

}  // namespace electra
