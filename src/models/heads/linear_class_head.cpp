#include "electra/models/heads/linear_class_head.h"

#include "electra/kernels/pooling.h"

namespace electra {

LinearClassHead::LinearClassHead(const ParameterScope& scope, const NetworkConfig& config,
                                 const HeadConfig& head)
    : dropout_(head.dropout, 0),
      output_(
          scope / "output",
          {.in = config.hidden, .out = head.outputs, .padded_out = padded_outputs(head.outputs)}) {}

TensorView LinearClassHead::forward(Pass& pass, ConstTensorView hidden, Saved& saved) const {
  const TextRows each = one_row_each(pass.rows);
  const TensorView first = pass.tensor({each.batch, hidden.width()}, hidden.dtype());
  pass.context.run(PoolForward{.x = hidden, .rows = pass.rows, .y = first});
  return output_.forward(pass, dropout_.forward(pass, first, each), saved.output);
}

TensorView LinearClassHead::answer(Pass& pass, ConstTensorView hidden) const {
  Saved saved;
  return forward(pass, hidden, saved);
}

void LinearClassHead::backward(Pass& pass, const Saved& saved, ConstTensorView dlogits,
                               Into dhidden) const {
  const auto scratch = pass.arena.scope();
  const TensorView dfirst =
      pass.tensor({pass.rows.batch, dhidden.view.width()}, dhidden.view.dtype());
  output_.backward(pass, saved.output, dlogits, {dfirst, Write::overwrite});
  dropout_.backward(pass, dfirst, one_row_each(pass.rows));
  pass.context.run(PoolBackward{.dy = dfirst, .rows = pass.rows, .dx = dhidden});
}

}  // namespace electra
