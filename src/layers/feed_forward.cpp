#include "electra/layers/feed_forward.h"

namespace electra {

FeedForward::FeedForward(const ParameterScope& scope, const NetworkConfig& config)
    : activation_(config.activation),
      in_(scope / "in", {.in = config.hidden, .out = config.intermediate}),
      out_(scope / "out", {.in = config.intermediate, .out = config.hidden}) {}

TensorView FeedForward::forward(Pass& pass, ConstTensorView x, Saved& saved) const {
  if (pass.mode == Mode::inference)
    return out_.product(pass, in_.activated(pass, x, activation_, saved.in), saved.out);
  if (pass.recompute == Recompute::none)
    return out_.product(pass, activate(pass, x, saved), saved.out);
  const TensorView y = pass.tensor({x.rows(), out_.config().out}, x.dtype());
  const auto scratch = pass.arena.scope();
  Saved gone;
  (void)out_.product(pass, activate(pass, x, gone), gone.out, y);
  saved = {.in = gone.in, .out = {}, .pre = {}};
  return y;
}

TensorView FeedForward::activate(Pass& pass, ConstTensorView x, Saved& saved) const {
  saved.pre = in_.product(pass, x, saved.in);
  const TensorView activated = pass.tensor(saved.pre.shape(), x.dtype());
  pass.context.run(
      BiasGeluForward{.x = saved.pre, .bias = in_.bias(), .y = activated, .form = activation_});
  saved.out.x = activated;
  return activated;
}

void FeedForward::backward(Pass& pass, const Saved& kept, ConstTensorView dy, Into dx) const {
  const auto scratch = pass.arena.scope();
  Saved saved = kept;
  if (!saved.pre) (void)activate(pass, kept.in.x, saved);
  const TensorView d = pass.tensor(saved.pre.shape(), dy.dtype());
  out_.backward_weight(pass, saved.out, dy);
  out_.backward_input(pass, dy, {d, Write::overwrite});
  pass.context.run(BiasGeluBackward{.dy = d,
                                    .x = saved.pre,
                                    .bias = in_.bias(),
                                    .dx = d,
                                    .dbias = in_.bias_gradient(),
                                    .form = activation_});
  in_.backward_weight(pass, saved.in, d);
  in_.backward_input(pass, d, dx);
}

}  // namespace electra
