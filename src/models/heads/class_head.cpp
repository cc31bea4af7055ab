#include "electra/models/heads/class_head.h"

#include "electra/kernels/gelu.h"
#include "electra/kernels/pooling.h"

namespace electra {

ClassHead::ClassHead(const ParameterScope& scope, const NetworkConfig& config,
                     const HeadConfig& head)
    : before_dense_(head.dropout, 0),
      before_output_(head.dropout, 1),
      dense_(scope / "dense", {.in = config.hidden, .out = config.hidden}),
      output_(
          scope / "output",
          {.in = config.hidden, .out = head.outputs, .padded_out = padded_outputs(head.outputs)}) {}

TensorView ClassHead::forward(Pass& pass, ConstTensorView hidden, Saved& saved) const {
  const TextRows each = one_row_each(pass.rows);
  const TensorView first = pass.tensor({each.batch, hidden.width()}, hidden.dtype());
  pass.context.run(PoolForward{.x = hidden, .rows = pass.rows, .y = first});
  saved.pre = dense_.product(pass, before_dense_.forward(pass, first, each), saved.dense);
  const TensorView activated = pass.tensor(saved.pre.shape(), hidden.dtype());
  pass.context.run(
      BiasGeluForward{.x = saved.pre, .bias = dense_.bias(), .y = activated, .form = Gelu::erf});
  return output_.forward(pass, before_output_.forward(pass, activated, each), saved.output);
}

TensorView ClassHead::answer(Pass& pass, ConstTensorView hidden) const {
  Saved saved;
  return forward(pass, hidden, saved);
}

void ClassHead::backward(Pass& pass, const Saved& saved, ConstTensorView dlogits,
                         Into dhidden) const {
  const auto scratch = pass.arena.scope();
  const TextRows each = one_row_each(pass.rows);
  const TensorView d = pass.tensor(saved.pre.shape(), saved.pre.dtype());
  output_.backward(pass, saved.output, dlogits, {d, Write::overwrite});
  before_output_.backward(pass, d, each);
  pass.context.run(BiasGeluBackward{.dy = d,
                                    .x = saved.pre,
                                    .bias = dense_.bias(),
                                    .dx = d,
                                    .dbias = dense_.bias_gradient(),
                                    .form = Gelu::erf});
  dense_.backward_weight(pass, saved.dense, d);
  const TensorView dfirst = pass.tensor(d.shape(), d.dtype());
  dense_.backward_input(pass, d, {dfirst, Write::overwrite});
  before_dense_.backward(pass, dfirst, each);
  pass.context.run(PoolBackward{.dy = dfirst, .rows = pass.rows, .dx = dhidden});
}

}  // namespace electra
