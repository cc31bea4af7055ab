#include "electra/models/heads.h"

#include "electra/kernels/column_sum.h"
#include "electra/kernels/gather.h"
#include "electra/kernels/matmul.h"
#include "electra/kernels/score.h"

namespace electra {

MlmHead::MlmHead(const EmbeddingTables& tables, const ParameterScope& scope, const Config& config)
    : tables_(tables),
      config_(config),
      dense_(scope / "dense", {.in = config.hidden, .out = tables.config().width}),
      norm_(scope / "norm", {.width = tables.config().width, .epsilon = config.epsilon}),
      bias_(&scope.declare(
          "output/bias", {tables.config().vocabulary},
          {.init = Init::zeros, .decay = Decay::no, .padded = Shape{tables.word().padded[0]}})) {}

TensorView MlmHead::forward(Pass& pass, ConstTensorView hidden, const MaskedPositions& masked,
                            Saved& saved) const {
  const Index capacity = masked.positions.size();
  saved.masked = masked;
  saved.rows = hidden.rows();
  const TensorView gathered = pass.tensor({capacity, config_.hidden}, hidden.dtype());
  pass.context.run(
      GatherRows{.x = hidden, .indices = masked.positions, .count = masked.count, .y = gathered});
  saved.pre = dense_.product(pass, gathered, saved.dense);
  const TensorView activated = pass.tensor(saved.pre.shape(), hidden.dtype());
  pass.context.run(
      BiasGeluForward{.x = saved.pre, .bias = dense_.bias(), .y = activated, .form = Gelu::erf});
  saved.y = norm_.forward(pass, activated, saved.norm);
  const TensorView logits = pass.tensor({capacity, bias_->padded.size()}, hidden.dtype());
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
  const TensorView dgathered = pass.tensor({d.rows(), config_.hidden}, dlogits.dtype());
  dense_.backward_input(pass, d, {dgathered, Write::overwrite});
  pass.context.run(ScatterRows{.x = dgathered,
                               .indices = saved.masked.positions,
                               .count = saved.masked.count,
                               .y = dhidden});
}

ReplacedTokenHead::ReplacedTokenHead(const ParameterScope& scope, const Config& config)
    : config_(config),
      dense_(scope / "dense", {.in = config.hidden, .out = config.hidden}),
      weight_(&scope.declare("score/weight", {1, config.hidden},
                             {.init = Init::glorot_uniform, .decay = Decay::yes, .padded = {}})),
      bias_(&scope.bias("score/bias", 1)) {}

TensorView ReplacedTokenHead::forward(Pass& pass, ConstTensorView hidden, Saved& saved) const {
  saved.pre = dense_.product(pass, hidden, saved.dense);
  saved.activated = pass.tensor(saved.pre.shape(), hidden.dtype());
  pass.context.run(BiasGeluForward{
      .x = saved.pre, .bias = dense_.bias(), .y = saved.activated, .form = config_.activation});
  const TensorView logits = pass.tensor({hidden.rows()}, wide(hidden.dtype()));
  pass.context.run(ScoreForward{
      .x = saved.activated, .weight = weight_->value, .bias = bias_->master, .y = logits});
  return logits;
}

void ReplacedTokenHead::backward(Pass& pass, const Saved& saved, ConstTensorView dlogits,
                                 Into dhidden) const {
  const auto scratch = pass.arena.scope();
  const TensorView d = pass.tensor(saved.pre.shape(), saved.pre.dtype());
  pass.context.run(ScoreBackward{.dy = dlogits,
                                 .x = saved.activated,
                                 .weight = weight_->value,
                                 .dx = {d, Write::overwrite},
                                 .dweight = weight_->gradient,
                                 .dbias = bias_->gradient});
  pass.context.run(BiasGeluBackward{.dy = d,
                                    .x = saved.pre,
                                    .bias = dense_.bias(),
                                    .dx = d,
                                    .dbias = dense_.bias_gradient(),
                                    .form = config_.activation});
  dense_.backward_weight(pass, saved.dense, d);
  dense_.backward_input(pass, d, dhidden);
}

}  // namespace electra
