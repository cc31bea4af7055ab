#pragma once

#include "electra/layers/linear.h"
#include "electra/layers/network_config.h"

namespace electra {

/// Two products with GELU between them; the second one's bias and its gradient are the caller's
/// (ResidualNorm adds them).
class FeedForward {
 public:
  /// Where it is to be computed again, `pre` and what the second product read are absent.
  struct Saved {
    Linear::Saved in, out;
    TensorView pre;  // [rows, intermediate]: what GELU read, without the bias
  };

  FeedForward(const ParameterScope& scope, const NetworkConfig& config);

  /// x [rows, hidden] to [rows, hidden].
  [[nodiscard]] TensorView forward(Pass& pass, ConstTensorView x, Saved& saved) const;
  void backward(Pass& pass, const Saved& saved, ConstTensorView dy, Into dx) const;

  [[nodiscard]] ConstTensorView out_bias() const { return out_.bias(); }
  [[nodiscard]] TensorView out_bias_gradient() const { return out_.bias_gradient(); }

 private:
  /// What the second product reads.
  [[nodiscard]] TensorView activate(Pass& pass, ConstTensorView x, Saved& saved) const;

  Gelu activation_;
  Linear in_;
  Linear out_;
};

}  // namespace electra
