#pragma once

#include <string>

#include "electra/core/tensor.h"
#include "electra/parallel/communicator.h"

namespace electra {

/// What ranks decide together. Every rank asks the same questions in the same order; one rank alone
/// asks nobody. Each answer waits for the device, and is right: it throws TrainingError if any
/// operation up to it has failed.
class Agreement {
 public:
  Agreement(Context& context, Communicator& ranks);

  /// Whether any rank says so.
  enum class Vote : std::uint8_t { no, yes };
  [[nodiscard]] bool any(Vote vote);
  /// Rank 0's number, below 2^31.
  [[nodiscard]] Index of_first(Index value);
  /// Throws ConfigError that says `what` if the ranks have different texts.
  void expect_same(const std::string& text, const std::string& what);

 private:
  [[nodiscard]] Index read(TensorView value);

  Context& context_;
  Communicator& ranks_;
  Buffer buffer_;
};

}  // namespace electra
