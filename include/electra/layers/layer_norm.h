#pragma once

#include "electra/core/parameters.h"
#include "electra/layers/pass.h"

namespace electra {

/// Layer normalisation over the last axis, with a learned gain and bias.
class LayerNorm {
 public:
  struct Config {
    Index width = 0;
    float epsilon = 1e-12F;
  };
  struct Saved {
    ConstTensorView x;      // [rows, width]
    TensorView mean, rstd;  // [rows], wide
  };

  /// Declares "gain" and "bias".
  LayerNorm(const ParameterScope& scope, const Config& config);

  [[nodiscard]] TensorView forward(Pass& pass, ConstTensorView x, Saved& saved) const;
  /// dx may be dy itself.
  void backward(Pass& pass, const Saved& saved, ConstTensorView dy, Into dx) const;

  [[nodiscard]] const Parameter& gain() const { return *gain_; }
  [[nodiscard]] const Parameter& bias() const { return *bias_; }
  [[nodiscard]] const Config& config() const { return config_; }

 private:
  Config config_;
  const Parameter* gain_;
  const Parameter* bias_;
};

}  // namespace electra
