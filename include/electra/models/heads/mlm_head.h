#pragma once

#include "electra/layers/layer_norm.h"
#include "electra/layers/linear.h"
#include "electra/models/head.h"

namespace electra {

/// Where the masked positions of a micro-batch are: a buffer of fixed capacity, and how many of it
/// count, in device memory.
struct MaskedPositions {
  ConstTensorView positions;  // [capacity], i32: rows, ascending
  ConstTensorView count;      // [1], i32
};

/// Hidden states to logits over the vocabulary: norm(gelu(dense(h))) word^T + bias, tied to the
/// word table. In training at masked positions only. The activation is always the erf form, as in
/// the reference and in Hugging Face.
class MlmHead final : public Head {
 public:
  static constexpr HeadTensor tensors[] = {
      {"dense/weight", "generator_predictions.dense.weight"},
      {"dense/bias", "generator_predictions.dense.bias"},
      {"norm/gain", "generator_predictions.LayerNorm.weight"},
      {"norm/bias", "generator_predictions.LayerNorm.bias"},
      {"output/bias", "generator_lm_head.bias"},
  };
  static constexpr std::string_view tied_to_word = "generator_lm_head.weight";

  struct Saved {
    MaskedPositions masked;
    Linear::Saved dense;
    TensorView pre;  // [capacity, embedding]: what GELU read
    LayerNorm::Saved norm;
    TensorView y;    // [capacity, embedding]: what the word table is multiplied with
    Index rows = 0;  // of the hidden states
  };

  /// `tables` must outlive the head. Declares "dense", "norm" and "output/bias".
  MlmHead(const EmbeddingTables& tables, const ParameterScope& scope, const NetworkConfig& config);

  /// hidden [rows, hidden] to logits [capacity, padded vocabulary].
  [[nodiscard]] TensorView forward(Pass& pass, ConstTensorView hidden,
                                   const MaskedPositions& masked, Saved& saved) const;
  /// dhidden [rows, hidden] is 0 where nothing was masked, unless it is added to.
  void backward(Pass& pass, const Saved& saved, ConstTensorView dlogits, Into dhidden) const;
  /// Logits [rows, padded vocabulary] of every row.
  [[nodiscard]] TensorView answer(Pass& pass, ConstTensorView hidden) const override;

 private:
  /// x [any, hidden] to logits [any, padded vocabulary].
  [[nodiscard]] TensorView logits_of(Pass& pass, ConstTensorView x, Saved& saved) const;

  const EmbeddingTables& tables_;
  Linear dense_;
  LayerNorm norm_;
  const Parameter* bias_;
};

}  // namespace electra
