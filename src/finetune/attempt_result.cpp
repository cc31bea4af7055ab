#include "finetune/attempt_result.h"

#include "electra/core/error.h"

namespace electra {

double AttemptResult::first_score() const {
  if (score_values.empty()) throw Error("an attempt was not scored");
  return score_values.front();
}

}  // namespace electra
