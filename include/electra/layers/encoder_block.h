#pragma once

#include "electra/layers/feed_forward.h"
#include "electra/layers/residual_norm.h"
#include "electra/layers/self_attention.h"

namespace electra {

/// One post-norm transformer layer (Vaswani et al., arXiv 1706.03762):
/// a = norm(x + dropout(attention(x))); y = norm(a + dropout(feed_forward(a))).
class EncoderBlock {
 public:
  struct Config {
    Index hidden = 0;
    Index heads = 1;
    Index intermediate = 0;
    Gelu activation = Gelu::erf;
    float dropout = 0;
    float attention_dropout = 0;
    float epsilon = 1e-12F;
    int layer = 0;  // from 0
  };
  struct Saved {
    SelfAttention::Saved attention;
    ResidualNorm::Saved attention_norm;
    FeedForward::Saved feed_forward;
    ResidualNorm::Saved feed_forward_norm;
  };

  EncoderBlock(const ParameterScope& scope, const Config& config);

  /// x [rows, hidden] to [rows, hidden].
  [[nodiscard]] TensorView forward(Pass& pass, ConstTensorView x, Saved& saved) const;
  /// Overwrites dx, which may be dy itself.
  void backward(Pass& pass, const Saved& saved, ConstTensorView dy, TensorView dx) const;

 private:
  SelfAttention attention_;
  ResidualNorm attention_norm_;
  FeedForward feed_forward_;
  ResidualNorm feed_forward_norm_;
};

}  // namespace electra
