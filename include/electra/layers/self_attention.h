#pragma once

#include "electra/layers/linear.h"
#include "electra/layers/network_config.h"

namespace electra {

/// Multi-head self-attention with its input and output products; the output's bias and its gradient
/// are the caller's (ResidualNorm adds them).
class SelfAttention {
 public:
  struct Saved {
    Linear::Saved in, out;
    TensorView qkv;          // [rows, 3 hidden]
    TensorView mixed;        // [rows, hidden]: what the heads gave
    TensorView log_sum_exp;  // [batch, heads, length], wide
  };

  /// `layer`: the encoder layer that it is in, from 0.
  SelfAttention(const ParameterScope& scope, const NetworkConfig& config, int layer);

  /// x [rows, hidden] to [rows, hidden].
  [[nodiscard]] TensorView forward(Pass& pass, ConstTensorView x, Saved& saved) const;
  void backward(Pass& pass, const Saved& saved, ConstTensorView dy, Into dx) const;

  [[nodiscard]] ConstTensorView out_bias() const { return out_.bias(); }
  [[nodiscard]] TensorView out_bias_gradient() const { return out_.bias_gradient(); }

 private:
  NetworkConfig config_;
  int layer_;
  Linear in_;  // queries, keys and values in one product
  Linear out_;
};

}  // namespace electra
