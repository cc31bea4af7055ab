#pragma once

#include <optional>

#include "electra/core/parameters.h"
#include "electra/kernels/gelu.h"
#include "electra/layers/pass.h"

namespace electra {

/// y = x weight^T + bias, with weight [out, in] as in Hugging Face's files.
class Linear {
 public:
  struct Config {
    Index in = 0;
    Index out = 0;
    Index padded_out = 0;  // columns of y, 0 beyond `out`, for products of odd widths; 0: none
    Init init = Init::truncated_normal;
  };
  struct Saved {
    ConstTensorView x;  // [rows, in]
  };

  /// Declares "weight" and "bias".
  Linear(const ParameterScope& scope, const Config& config);

  /// x [rows, in] to y [rows, out], or padded_out wide.
  [[nodiscard]] TensorView forward(Pass& pass, ConstTensorView x, Saved& saved) const;
  /// x weight^T alone: for a caller whose fused kernel adds the bias. In `y`, or, if that is
  /// absent, in the arena.
  [[nodiscard]] TensorView product(Pass& pass, ConstTensorView x, Saved& saved,
                                   TensorView y = {}) const;
  /// gelu(x weight^T + bias), of which no backward is made: in inference.
  [[nodiscard]] TensorView activated(Pass& pass, ConstTensorView x, Gelu form, Saved& saved) const;
  /// All three gradients.
  void backward(Pass& pass, const Saved& saved, ConstTensorView dy, Into dx) const;
  /// dx = dy weight.
  void backward_input(Pass& pass, ConstTensorView dy, Into dx) const;
  /// dweight += dy^T x, without the bias: for a caller whose fused kernel has added its gradient.
  void backward_weight(Pass& pass, const Saved& saved, ConstTensorView dy) const;

  [[nodiscard]] ConstTensorView bias() const { return bias_->master; }
  [[nodiscard]] TensorView bias_gradient() const { return bias_->gradient; }
  [[nodiscard]] const Config& config() const { return config_; }

 private:
  [[nodiscard]] TensorView multiply(Pass& pass, ConstTensorView x, const Parameter* bias,
                                    Saved& saved, TensorView y) const;
  /// By a weight that has been packed.
  [[nodiscard]] TensorView infer(Pass& pass, ConstTensorView x, const Parameter* bias,
                                 std::optional<Gelu> activation) const;

  Config config_;
  const Parameter* weight_;
  const Parameter* bias_;
};

}  // namespace electra
