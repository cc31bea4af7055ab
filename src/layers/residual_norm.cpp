#include "electra/layers/residual_norm.h"

#include "electra/kernels/dropout_residual_norm.h"

namespace electra {

ResidualNorm::ResidualNorm(const ParameterScope& scope, const NetworkConfig& config,
                           const Sublayer& sublayer)
    : config_(config),
      sublayer_(sublayer),
      norm_(scope, {.width = config.hidden, .epsilon = config.layer_norm_epsilon}) {}

TensorView ResidualNorm::forward(Pass& pass, TensorView x, ConstTensorView bias,
                                 ConstTensorView residual, Saved& saved, TensorView y) const {
  saved = {.sum = x,
           .mean = pass.tensor({x.rows()}, wide(x.dtype())),
           .rstd = pass.tensor({x.rows()}, wide(x.dtype()))};
  if (!y) y = pass.tensor(x.shape(), x.dtype());
  pass.context.run(
      DropoutResidualNormForward{.x = x,
                                 .bias = bias,
                                 .residual = residual,
                                 .gain = norm_.gain().master,
                                 .beta = norm_.bias().master,
                                 .sum = saved.sum,
                                 .y = y,
                                 .mean = saved.mean,
                                 .rstd = saved.rstd,
                                 .rows = pass.rows,
                                 .epsilon = config_.layer_norm_epsilon,
                                 .dropout = rate(pass),
                                 .random = pass.key(sublayer_.layer, sublayer_.place)});
  return y;
}

ConstTensorView ResidualNorm::backward(Pass& pass, const Saved& saved, ConstTensorView dy,
                                       TensorView dresidual, TensorView dbias) const {
  const float dropout = rate(pass);
  const TensorView dx =
      dropout > 0 ? pass.tensor(saved.sum.shape(), saved.sum.dtype()) : TensorView{};
  pass.context.run(
      DropoutResidualNormBackward{.dy = dy,
                                  .sum = saved.sum,
                                  .gain = norm_.gain().master,
                                  .mean = saved.mean,
                                  .rstd = saved.rstd,
                                  .dresidual = dresidual,
                                  .dx = dx,
                                  .dgain = norm_.gain().gradient,
                                  .dbeta = norm_.bias().gradient,
                                  .dbias = dbias,
                                  .rows = pass.rows,
                                  .dropout = dropout,
                                  .random = pass.key(sublayer_.layer, sublayer_.place)});
  return dropout > 0 ? dx : dresidual;
}

}  // namespace electra
