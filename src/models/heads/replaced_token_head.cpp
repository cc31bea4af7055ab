#include "electra/models/heads/replaced_token_head.h"

#include "electra/kernels/gelu.h"
#include "electra/kernels/score.h"

namespace electra {

ReplacedTokenHead::ReplacedTokenHead(const EmbeddingTables& /*tables*/, const ParameterScope& scope,
                                     const NetworkConfig& config)
    : activation_(config.activation),
      dense_(scope / "dense", {.in = config.hidden, .out = config.hidden}),
      weight_(&scope.declare("score/weight", {1, config.hidden},
                             {.init = Init::glorot_uniform, .decay = Decay::yes, .padded = {}})),
      bias_(&scope.bias("score/bias", 1)) {}

TensorView ReplacedTokenHead::forward(Pass& pass, ConstTensorView hidden, Saved& saved) const {
  saved.pre = dense_.product(pass, hidden, saved.dense);
  saved.activated = pass.tensor(saved.pre.shape(), hidden.dtype());
  pass.context.run(BiasGeluForward{
      .x = saved.pre, .bias = dense_.bias(), .y = saved.activated, .form = activation_});
  const TensorView logits = pass.tensor({hidden.rows()}, wide(hidden.dtype()));
  pass.context.run(ScoreForward{
      .x = saved.activated, .weight = weight_->value, .bias = bias_->master, .y = logits});
  return logits;
}

TensorView ReplacedTokenHead::answer(Pass& pass, ConstTensorView hidden) const {
  Saved saved;
  return forward(pass, hidden, saved);
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
                                    .form = activation_});
  dense_.backward_weight(pass, saved.dense, d);
  dense_.backward_input(pass, d, dhidden);
}

}  // namespace electra
