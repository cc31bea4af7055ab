#include "electra/layers/self_attention.h"

#include "electra/kernels/attention.h"

namespace electra {

SelfAttention::SelfAttention(const ParameterScope& scope, const NetworkConfig& config, int layer)
    : config_(config),
      layer_(layer),
      in_(scope / "query_key_value", {.in = config.hidden, .out = 3 * config.hidden}),
      out_(scope / "out", {.in = config.hidden, .out = config.hidden}) {}

TensorView SelfAttention::forward(Pass& pass, ConstTensorView x, Saved& saved) const {
  saved.qkv = in_.forward(pass, x, saved.in);
  saved.mixed = pass.tensor({x.rows(), config_.hidden}, x.dtype());
  saved.log_sum_exp =
      pass.tensor({pass.rows.batch, config_.heads, pass.rows.length}, wide(x.dtype()));
  pass.context.run(AttentionForward{.qkv = saved.qkv,
                                    .rows = pass.rows,
                                    .out = saved.mixed,
                                    .log_sum_exp = saved.log_sum_exp,
                                    .heads = config_.heads,
                                    .dropout = pass.dropout(config_.attention_dropout),
                                    .random = pass.key(layer_, Place::attention_dropout)});
  return out_.product(pass, saved.mixed, saved.out);
}

void SelfAttention::backward(Pass& pass, const Saved& saved, ConstTensorView dy, Into dx) const {
  const auto scratch = pass.arena.scope();
  const TensorView dmixed = pass.tensor(saved.mixed.shape(), dy.dtype());
  const TensorView dqkv = pass.tensor(saved.qkv.shape(), dy.dtype());
  out_.backward_weight(pass, saved.out, dy);
  out_.backward_input(pass, dy, {dmixed, Write::overwrite});
  pass.context.run(AttentionBackward{.dout = dmixed,
                                     .qkv = saved.qkv,
                                     .out = saved.mixed,
                                     .log_sum_exp = saved.log_sum_exp,
                                     .rows = pass.rows,
                                     .dqkv = dqkv,
                                     .heads = config_.heads,
                                     .dropout = pass.dropout(config_.attention_dropout),
                                     .random = pass.key(layer_, Place::attention_dropout)});
  in_.backward(pass, saved.in, dqkv, dx);
}

}  // namespace electra
