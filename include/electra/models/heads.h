#pragma once

#include "electra/kernels/gelu.h"
#include "electra/layers/embeddings.h"
#include "electra/layers/layer_norm.h"
#include "electra/layers/linear.h"

namespace electra {

/// Where the masked positions of a micro-batch are: a buffer of fixed capacity, and how many of it
/// count, in device memory.
struct MaskedPositions {
  ConstTensorView positions;  // [capacity], i32: row * length + column, ascending
  ConstTensorView count;      // [1], i32
};

/// Hidden states to logits over the vocabulary, at masked positions only:
/// norm(gelu(dense(h))) word^T + bias, tied to the word table. The activation is always the erf
/// form, as in the reference and in Hugging Face.
class MlmHead {
 public:
  struct Config {
    Index hidden = 0;
    float epsilon = 1e-12F;
  };
  struct Saved {
    MaskedPositions masked;
    Linear::Saved dense;
    TensorView pre;  // [capacity, embedding]: what GELU read
    LayerNorm::Saved norm;
    TensorView y;    // [capacity, embedding]: what the word table is multiplied with
    Index rows = 0;  // of the hidden states
  };

  /// `tables` must outlive the head. Declares "dense", "norm" and "output/bias".
  MlmHead(const EmbeddingTables& tables, const ParameterScope& scope, const Config& config);

  /// hidden [rows, hidden] to logits [capacity, padded vocabulary].
  [[nodiscard]] TensorView forward(Pass& pass, ConstTensorView hidden,
                                   const MaskedPositions& masked, Saved& saved) const;
  /// dhidden [rows, hidden] is 0 where nothing was masked, unless it is added to.
  void backward(Pass& pass, const Saved& saved, ConstTensorView dlogits, Into dhidden) const;

 private:
  const EmbeddingTables& tables_;
  Config config_;
  Linear dense_;
  LayerNorm norm_;
  const Parameter* bias_;
};

/// Hidden states to one logit a token, positive for "replaced": score(gelu(dense(h))).
class ReplacedTokenHead {
 public:
  struct Config {
    Index hidden = 0;
    Gelu activation = Gelu::erf;
  };
  struct Saved {
    Linear::Saved dense;
    TensorView pre;        // [rows, hidden]: what GELU read
    TensorView activated;  // [rows, hidden]
  };

  /// Declares "dense" and "score".
  ReplacedTokenHead(const ParameterScope& scope, const Config& config);

  /// hidden [rows, hidden] to logits [rows], wide.
  [[nodiscard]] TensorView forward(Pass& pass, ConstTensorView hidden, Saved& saved) const;
  void backward(Pass& pass, const Saved& saved, ConstTensorView dlogits, Into dhidden) const;

 private:
  Config config_;
  Linear dense_;
  const Parameter* weight_;
  const Parameter* bias_;
};

}  // namespace electra
