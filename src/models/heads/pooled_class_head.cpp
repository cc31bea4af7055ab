#include "electra/models/heads/pooled_class_head.h"

#include "electra/kernels/pooling.h"
#include "electra/kernels/tanh.h"
#include "electra/models/heads/head_dropout.h"

namespace electra {

PooledClassHead::PooledClassHead(const ParameterScope& scope, const NetworkConfig& config,
                                 const HeadConfig& head)
    : dense_(scope / "dense", {.in = config.hidden, .out = config.hidden}),
      output_(
          scope / "output",
          {.in = config.hidden, .out = head.outputs, .padded_out = padded_outputs(head.outputs)}) {}

TensorView PooledClassHead::answer(Pass& pass, ConstTensorView hidden) const {
  Linear::Saved unused;
  const TensorView first = pass.tensor({pass.rows.batch, hidden.width()}, hidden.dtype());
  pass.context.run(PoolForward{.x = hidden, .rows = pass.rows, .y = first});
  const TensorView pooled = dense_.product(pass, first, unused);
  pass.context.run(BiasTanh{.x = pooled, .bias = dense_.bias(), .y = pooled});
  return output_.forward(pass, pooled, unused);
}

}  // namespace electra
