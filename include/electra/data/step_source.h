#pragma once

#include "electra/data/batch.h"

namespace electra {

/// Where the batches of a run come from: each is a function of its step's number alone, so that a
/// run can go on anywhere. Used by one thread at a time.
class StepSource {
 public:
  virtual ~StepSource() = default;
  [[nodiscard]] virtual StepBatch at(Index step) = 0;
};

}  // namespace electra
