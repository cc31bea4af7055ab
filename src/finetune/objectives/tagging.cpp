#include "electra/finetune/objectives/tagging.h"

#include "electra/finetune/task_source.h"
#include "electra/kernels/class_loss.h"
#include "electra/models/heads/token_head.h"

namespace electra {

TensorView Tagging::learn(Pass& pass, TensorView hidden, const MicroBatch& batch, StepState& state,
                          TensorView dhidden) const {
  const TensorView losses = pass.tensor({hidden.rows()}, wide(hidden.dtype()));
  const TensorView right = pass.tensor({hidden.rows()}, DType::i32);
  TokenHead::Saved saved;
  const TensorView logits = head<TokenHead>().forward(pass, hidden, saved);
  pass.context.run(ClassLoss{.logits = logits,
                             .labels = batch.column(task_columns::labels),
                             .weights = weights(batch),
                             .scale = scale(state),
                             .losses = losses,
                             .right = right,
                             .dlogits = dhidden ? logits : TensorView{},
                             .classes = labels()});
  count(pass, losses, right, state);
  if (dhidden) head<TokenHead>().backward(pass, saved, logits, dhidden);
  return logits;
}

}  // namespace electra
