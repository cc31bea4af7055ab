#pragma once

#include "electra/layers/linear.h"
#include "electra/models/head.h"
#include "electra/models/heads/head_dropout.h"

namespace electra {

/// Every token's hidden state to its logits: linear(dropout(h)). Of labels (tagging), or of being
/// the first and the last token of an answer (question).
class TokenHead final : public Head {
 public:
  static constexpr HeadTensor tagging_tensors[] = {
      {"output/weight", "classifier.weight"},
      {"output/bias", "classifier.bias"},
  };
  static constexpr HeadTensor question_tensors[] = {
      {"output/weight", "qa_outputs.weight"},
      {"output/bias", "qa_outputs.bias"},
  };

  struct Saved {
    Linear::Saved output;
  };

  /// Declares "output".
  TokenHead(const ParameterScope& scope, const NetworkConfig& config, const HeadConfig& head);

  /// hidden [rows, hidden] to logits [rows, padded outputs].
  [[nodiscard]] TensorView forward(Pass& pass, TensorView hidden, Saved& saved) const;
  void backward(Pass& pass, const Saved& saved, ConstTensorView dlogits, TensorView dhidden) const;
  [[nodiscard]] TensorView answer(Pass& pass, ConstTensorView hidden) const override;

 private:
  HeadDropout dropout_;
  Linear output_;
};

}  // namespace electra
