#pragma once

#include "electra/layers/feed_forward.h"
#include "electra/layers/residual_norm.h"
#include "electra/layers/self_attention.h"

namespace electra {

/// One post-norm transformer layer (Vaswani et al., arXiv 1706.03762):
/// a = norm(x + dropout(attention(x))); y = norm(a + dropout(feed_forward(a))).
class EncoderBlock {
 public:
  /// Where the block is to be computed again, what it read, and nothing else.
  struct Saved {
    ConstTensorView x;
    SelfAttention::Saved attention;
    ResidualNorm::Saved attention_norm;
    FeedForward::Saved feed_forward;
    ResidualNorm::Saved feed_forward_norm;
  };

  /// `layer`: from 0.
  EncoderBlock(const ParameterScope& scope, const NetworkConfig& config, int layer);

  /// x [rows, hidden] to [rows, hidden]: in `y`, or, if that is absent, in the arena.
  [[nodiscard]] TensorView forward(Pass& pass, ConstTensorView x, Saved& saved,
                                   TensorView y = {}) const;
  /// Overwrites dx, which may be dy itself.
  void backward(Pass& pass, const Saved& saved, ConstTensorView dy, TensorView dx) const;

 private:
  SelfAttention attention_;
  ResidualNorm attention_norm_;
  FeedForward feed_forward_;
  ResidualNorm feed_forward_norm_;
};

}  // namespace electra
