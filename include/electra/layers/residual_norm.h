#pragma once

#include "electra/layers/layer_norm.h"

namespace electra {

/// The end of a sublayer: y = layer_norm(residual + dropout(x + bias)), where x is the product of a
/// Linear whose bias that is.
class ResidualNorm {
 public:
  struct Config {
    Index width = 0;
    float epsilon = 1e-12F;
    float dropout = 0;
    int layer = 0;
    Place place = Place::attention_out_dropout;
  };
  struct Saved {
    TensorView sum;         // [rows, width]
    TensorView mean, rstd;  // [rows], wide
  };

  ResidualNorm(const ParameterScope& scope, const Config& config);

  /// Overwrites x with the sum.
  [[nodiscard]] TensorView forward(Pass& pass, TensorView x, ConstTensorView bias,
                                   ConstTensorView residual, Saved& saved) const;
  /// Writes the residual's gradient to `dresidual`, which may be dy, adds to `dbias` (of the Linear
  /// that made x), and returns x's gradient.
  [[nodiscard]] ConstTensorView backward(Pass& pass, const Saved& saved, ConstTensorView dy,
                                         TensorView dresidual, TensorView dbias) const;

 private:
  Config config_;
  LayerNorm norm_;
};

}  // namespace electra
