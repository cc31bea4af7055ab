#pragma once

#include "electra/layers/linear.h"
#include "electra/models/head.h"

namespace electra {

/// Hidden states to one logit a token, positive for "replaced": score(gelu(dense(h))).
class ReplacedTokenHead final : public Head {
 public:
  static constexpr HeadTensor tensors[] = {
      {"dense/weight", "discriminator_predictions.dense.weight"},
      {"dense/bias", "discriminator_predictions.dense.bias"},
      {"score/weight", "discriminator_predictions.dense_prediction.weight"},
      {"score/bias", "discriminator_predictions.dense_prediction.bias"},
  };

  struct Saved {
    Linear::Saved dense;
    TensorView pre;        // [rows, hidden]: what GELU read
    TensorView activated;  // [rows, hidden]
  };

  /// Declares "dense" and "score"; of the tables it needs nothing.
  ReplacedTokenHead(const EmbeddingTables& tables, const ParameterScope& scope,
                    const NetworkConfig& config);

  /// hidden [rows, hidden] to logits [rows], wide.
  [[nodiscard]] TensorView forward(Pass& pass, ConstTensorView hidden, Saved& saved) const;
  void backward(Pass& pass, const Saved& saved, ConstTensorView dlogits, Into dhidden) const;
  [[nodiscard]] TensorView answer(Pass& pass, ConstTensorView hidden) const override;

 private:
  Gelu activation_;
  Linear dense_;
  const Parameter* weight_;
  const Parameter* bias_;
};

}  // namespace electra
