#pragma once

#include "electra/layers/layer_norm.h"
#include "electra/layers/network_config.h"

namespace electra {

/// The end of a sublayer: y = layer_norm(residual + dropout(x + bias)), where x is the product of a
/// Linear whose bias that is.
class ResidualNorm {
 public:
  /// The sublayer that it ends, for the numbering of dropout.
  struct Sublayer {
    int layer = 0;
    Place place = Place::attention_out_dropout;
  };
  struct Saved {
    TensorView sum;         // [rows, width]
    TensorView mean, rstd;  // [rows], wide
  };

  ResidualNorm(const ParameterScope& scope, const NetworkConfig& config, const Sublayer& sublayer);

  /// Overwrites x with the sum. The result is in `y` [rows, width], or, if that is absent, in the
  /// arena.
  [[nodiscard]] TensorView forward(Pass& pass, TensorView x, ConstTensorView bias,
                                   ConstTensorView residual, Saved& saved, TensorView y = {}) const;
  /// Writes the residual's gradient to `dresidual`, which may be dy, adds to `dbias` (of the Linear
  /// that made x), and returns x's gradient.
  [[nodiscard]] ConstTensorView backward(Pass& pass, const Saved& saved, ConstTensorView dy,
                                         TensorView dresidual, TensorView dbias) const;

 private:
  /// Of dropout, in this pass.
  [[nodiscard]] float rate(const Pass& pass) const { return pass.dropout(config_.dropout); }

  NetworkConfig config_;
  Sublayer sublayer_;
  LayerNorm norm_;
};

}  // namespace electra
