#include "electra/finetune/objectives/classification.h"

#include "electra/finetune/task_source.h"
#include "electra/kernels/class_loss.h"
#include "finetune/objectives/text_head.h"

namespace electra {

TensorView Classification::learn(Pass& pass, TensorView hidden, const MicroBatch& batch,
                                 StepState& state, TensorView dhidden) const {
  const Index texts = pass.rows.batch;
  const TensorView losses = pass.tensor({texts}, wide(hidden.dtype()));
  const TensorView right = pass.tensor({texts}, DType::i32);
  return learn_on_text(pass, model().head(), hidden, dhidden, [&](TensorView logits) {
    pass.context.run(ClassLoss{.logits = logits,
                               .labels = batch.column(task_columns::labels),
                               .weights = weights(batch),
                               .scale = scale(state),
                               .losses = losses,
                               .right = right,
                               .dlogits = dhidden ? logits : TensorView{},
                               .classes = labels()});
    count(pass, losses, right, state);
  });
}

}  // namespace electra
