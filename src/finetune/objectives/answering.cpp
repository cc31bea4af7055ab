#include "electra/finetune/objectives/answering.h"

#include "electra/finetune/task_source.h"
#include "electra/kernels/span_loss.h"
#include "electra/models/heads/token_head.h"

namespace electra {

TensorView Answering::learn(Pass& pass, TensorView hidden, const MicroBatch& batch,
                            StepState& state, TensorView dhidden) const {
  const TensorView losses = pass.tensor({pass.rows.batch}, wide(hidden.dtype()));
  const TensorView right = pass.tensor({pass.rows.batch}, DType::i32);
  TokenHead::Saved saved;
  const TensorView logits = head<TokenHead>().forward(pass, hidden, saved);
  pass.context.run(SpanLoss{.logits = logits,
                            .rows = pass.rows,
                            .starts = batch.column(task_columns::starts),
                            .ends = batch.column(task_columns::ends),
                            .scale = scale(state),
                            .losses = losses,
                            .right = right,
                            .dlogits = dhidden ? logits : TensorView{}});
  count(pass, losses, right, state);
  if (dhidden) head<TokenHead>().backward(pass, saved, logits, dhidden);
  return logits;
}

}  // namespace electra
