#include "electra/models/heads/token_head.h"

namespace electra {

TokenHead::TokenHead(const ParameterScope& scope, const NetworkConfig& config,
                     const HeadConfig& head)
    : dropout_(head.dropout, 0),
      output_(
          scope / "output",
          {.in = config.hidden, .out = head.outputs, .padded_out = padded_outputs(head.outputs)}) {}

TensorView TokenHead::forward(Pass& pass, TensorView hidden, Saved& saved) const {
  return output_.forward(pass, dropout_.forward(pass, hidden, pass.rows), saved.output);
}

TensorView TokenHead::answer(Pass& pass, ConstTensorView hidden) const {
  Linear::Saved saved;
  return output_.forward(pass, hidden, saved);
}

void TokenHead::backward(Pass& pass, const Saved& saved, ConstTensorView dlogits,
                         TensorView dhidden) const {
  output_.backward(pass, saved.output, dlogits, {dhidden, Write::overwrite});
  dropout_.backward(pass, dhidden, pass.rows);
}

}  // namespace electra
