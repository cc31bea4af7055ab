#include "electra/models/heads/mlm_head.h"

#include "electra/kernels/column_sum.h"
#include "electra/kernels/gather.h"
#include "electra/kernels/gelu.h"
#include "electra/kernels/matmul.h"

namespace electra {

MlmHead::MlmHead(const EmbeddingTables& tables, const ParameterScope& scope,
                 const NetworkConfig& config)
    : tables_(tables),
      dense_(scope / "dense", {.in = config.hidden, .out = tables.width()}),
      norm_(scope / "norm", {.width = tables.width(), .epsilon = config.layer_norm_epsilon}),
      bias_(&scope.declare(
          "output/bias", {tables.vocabulary()},
          {.init = Init::zeros, .decay = Decay::no, .padded = Shape{tables.word().padded[0]}})) {}

TensorView MlmHead::forward(Pass& pass, ConstTensorView hidden, const MaskedPositions& masked,
                            Saved& saved) const {
  saved.masked = masked;
  saved.rows = hidden.rows();
  const TensorView gathered =
      pass.tensor({masked.positions.size(), hidden.width()}, hidden.dtype());
  pass.context.run(
      GatherRows{.x = hidden, .indices = masked.positions, .count = masked.count, .y = gathered});
  return logits_of(pass, gathered, saved);
}

TensorView MlmHead::answer(Pass& pass, ConstTensorView hidden) const {
  Saved saved;
  return logits_of(pass, hidden, saved);
}

TensorView MlmHead::logits_of(Pass& pass, ConstTensorView x, Saved& saved) const {
  saved.pre = dense_.product(pass, x, saved.dense);
  const TensorView activated = pass.tensor(saved.pre.shape(), x.dtype());
  pass.context.run(
      BiasGeluForward{.x = saved.pre, .bias = dense_.bias(), .y = activated, .form = Gelu::erf});
  saved.y = norm_.forward(pass, activated, saved.norm);
  const TensorView logits = pass.tensor({x.rows(), bias_->padded.size()}, x.dtype());
  pass.context.run(Matmul{.a = saved.y,
                          .b = tables_.word().value,
                          .c = logits,
                          .bias = bias_->master,
                          .rounded_bias = bias_->value,
                          .transpose_b = Transpose::yes});
  return logits;
}

void MlmHead::backward(Pass& pass, const Saved& saved, ConstTensorView dlogits,
                       Into dhidden) const {
  const auto scratch = pass.arena.scope();
  pass.context.run(ColumnSum{.x = dlogits, .y = {bias_->gradient, Write::add}});
  pass.context.run(Matmul{.a = dlogits,
                          .b = saved.y,
                          .c = tables_.word().gradient,
                          .transpose_a = Transpose::yes,
                          .write = Write::add});
  const TensorView d = pass.tensor(saved.y.shape(), dlogits.dtype());
  pass.context.run(Matmul{.a = dlogits, .b = tables_.word().value, .c = d});
  norm_.backward(pass, saved.norm, d, {d, Write::overwrite});
  pass.context.run(BiasGeluBackward{.dy = d,
                                    .x = saved.pre,
                                    .bias = dense_.bias(),
                                    .dx = d,
                                    .dbias = dense_.bias_gradient(),
                                    .form = Gelu::erf});
  dense_.backward_weight(pass, saved.dense, d);
  const TensorView dgathered = pass.tensor({d.rows(), dense_.config().in}, dlogits.dtype());
  dense_.backward_input(pass, d, {dgathered, Write::overwrite});
  pass.context.run(ScatterRows{.x = dgathered,
                               .indices = saved.masked.positions,
                               .count = saved.masked.count,
                               .y = dhidden});
}

}  // namespace electra
