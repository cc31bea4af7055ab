#include "finetune/collapse_guard.h"

#include "electra/core/quantity_text.h"
#include "electra/core/range.h"

namespace electra {

void CollapseGuard::see(Index step, std::optional<double> loss) {
  if (judged_ || step * 3 < steps_ || !loss) return;
  judged_ = true;
  if (*loss < share * constant_) return;
  verdict_ = "nothing was learned: at step " + count_text(step) + " of " + count_text(steps_) +
             " the loss is " + number_text(*loss) +
             ", and the best answer that is always the same has " + number_text(constant_);
}

}  // namespace electra
