#include "electra/finetune/objectives/several_labels.h"

#include "electra/finetune/task_source.h"
#include "electra/kernels/binary_loss.h"
#include "finetune/objectives/text_head.h"

namespace electra {

TensorView SeveralLabels::learn(Pass& pass, TensorView hidden, const MicroBatch& batch,
                                StepState& state, TensorView dhidden) const {
  const Index texts = pass.rows.batch;
  const TensorView losses = pass.tensor({texts}, wide(hidden.dtype()));
  const TensorView right = pass.tensor({texts}, DType::i32);
  const ConstTensorView targets = batch.column(task_columns::labels).reshape({texts, labels()});
  return learn_on_text(pass, model().head(), hidden, dhidden, [&](TensorView logits) {
    pass.context.run(BinaryLoss{.logits = logits,
                                .targets = targets,
                                .scale = scale(state),
                                .losses = losses,
                                .right = right,
                                .dlogits = dhidden ? logits : TensorView{}});
    count(pass, losses, right, state);
  });
}

}  // namespace electra
