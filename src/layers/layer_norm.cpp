#include "electra/layers/layer_norm.h"

#include "electra/kernels/layer_norm.h"

namespace electra {

LayerNorm::LayerNorm(const ParameterScope& scope, const Config& config)
    : config_(config),
      gain_(&scope.gain("gain", config.width)),
      bias_(&scope.bias("bias", config.width)) {}

TensorView LayerNorm::forward(Pass& pass, ConstTensorView x, Saved& saved) const {
  saved = {.x = x,
           .mean = pass.tensor({x.rows()}, wide(x.dtype())),
           .rstd = pass.tensor({x.rows()}, wide(x.dtype()))};
  const TensorView y = pass.tensor(x.shape(), x.dtype());
  pass.context.run(LayerNormForward{.x = x,
                                    .gain = gain_->master,
                                    .bias = bias_->master,
                                    .y = y,
                                    .mean = saved.mean,
                                    .rstd = saved.rstd,
                                    .epsilon = config_.epsilon});
  return y;
}

void LayerNorm::backward(Pass& pass, const Saved& saved, ConstTensorView dy, Into dx) const {
  pass.context.run(LayerNormBackward{.dy = dy,
                                     .x = saved.x,
                                     .gain = gain_->master,
                                     .mean = saved.mean,
                                     .rstd = saved.rstd,
                                     .dx = dx,
                                     .dgain = gain_->gradient,
                                     .dbias = bias_->gradient});
}

}  // namespace electra
