#include "electra/finetune/objectives/regression.h"

#include "electra/finetune/task_source.h"
#include "electra/kernels/squared_loss.h"
#include "finetune/objectives/text_head.h"

namespace electra {

TensorView Regression::learn(Pass& pass, TensorView hidden, const MicroBatch& batch,
                             StepState& state, TensorView dhidden) const {
  const TensorView losses = pass.tensor({pass.rows.batch}, wide(hidden.dtype()));
  return learn_on_text(pass, model().head(), hidden, dhidden, [&](TensorView outputs) {
    // An evaluation reads the outputs after this: without a gradient they stay as they are.
    pass.context.run(SquaredLoss{.outputs = outputs,
                                 .targets = batch.column(task_columns::targets),
                                 .scale = scale(state),
                                 .losses = losses,
                                 .doutputs = dhidden ? outputs : TensorView{}});
    count(pass, losses, {}, state);
  });
}

}  // namespace electra
