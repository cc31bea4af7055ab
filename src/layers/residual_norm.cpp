#include "electra/layers/residual_norm.h"

#include "electra/kernels/dropout_residual_norm.h"

namespace electra {

ResidualNorm::ResidualNorm(const ParameterScope& scope, const Config& config)
    : config_(config), norm_(scope, {.width = config.width, .epsilon = config.epsilon}) {}

TensorView ResidualNorm::forward(Pass& pass, TensorView x, ConstTensorView bias,
                                 ConstTensorView residual, Saved& saved) const {
  saved = {.sum = x,
           .mean = pass.tensor({x.rows()}, wide(x.dtype())),
           .rstd = pass.tensor({x.rows()}, wide(x.dtype()))};
  const TensorView y = pass.tensor(x.shape(), x.dtype());
  pass.context.run(DropoutResidualNormForward{.x = x,
                                              .bias = bias,
                                              .residual = residual,
                                              .gain = norm_.gain().master,
                                              .beta = norm_.bias().master,
                                              .sum = saved.sum,
                                              .y = y,
                                              .mean = saved.mean,
                                              .rstd = saved.rstd,
                                              .length = pass.sequences.length,
                                              .epsilon = config_.epsilon,
                                              .dropout = pass.dropout(config_.dropout),
                                              .random = pass.key(config_.layer, config_.place)});
  return y;
}

ConstTensorView ResidualNorm::backward(Pass& pass, const Saved& saved, ConstTensorView dy,
                                       TensorView dresidual, TensorView dbias) const {
  const float dropout = pass.dropout(config_.dropout);
  const TensorView dx =
      dropout > 0 ? pass.tensor(saved.sum.shape(), saved.sum.dtype()) : TensorView{};
  pass.context.run(DropoutResidualNormBackward{.dy = dy,
                                               .sum = saved.sum,
                                               .gain = norm_.gain().master,
                                               .mean = saved.mean,
                                               .rstd = saved.rstd,
                                               .dresidual = dresidual,
                                               .dx = dx,
                                               .dgain = norm_.gain().gradient,
                                               .dbeta = norm_.bias().gradient,
                                               .dbias = dbias,
                                               .length = pass.sequences.length,
                                               .dropout = dropout,
                                               .random = pass.key(config_.layer, config_.place)});
  return dropout > 0 ? dx : dresidual;
}

}  // namespace electra
