#pragma once

#include "electra/layers/linear.h"

namespace electra {

/// Multi-head self-attention with its input and output products; the output's bias and its gradient
/// are the caller's (ResidualNorm adds them).
class SelfAttention {
 public:
  struct Config {
    Index hidden = 0;
    Index heads = 1;
    float dropout = 0;  // of the probabilities
    int layer = 0;
  };
  struct Saved {
    Linear::Saved in, out;
    TensorView qkv;          // [rows, 3 hidden]
    TensorView mixed;        // [rows, hidden]: what the heads gave
    TensorView log_sum_exp;  // [batch, heads, length], wide
  };

  SelfAttention(const ParameterScope& scope, const Config& config);

  /// x [rows, hidden] to [rows, hidden].
  [[nodiscard]] TensorView forward(Pass& pass, ConstTensorView x, Saved& saved) const;
  void backward(Pass& pass, const Saved& saved, ConstTensorView dy, Into dx) const;

  [[nodiscard]] ConstTensorView out_bias() const { return out_.bias(); }
  [[nodiscard]] TensorView out_bias_gradient() const { return out_.bias_gradient(); }

 private:
  Config config_;
  Linear in_;  // queries, keys and values in one product
  Linear out_;
};

}  // namespace electra
