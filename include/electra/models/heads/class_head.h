#pragma once

#include "electra/layers/linear.h"
#include "electra/models/head.h"
#include "electra/models/heads/head_dropout.h"

namespace electra {

/// The hidden state of [CLS] to a logit for each label:
/// linear(dropout(gelu(dense(dropout(h))))), as transformers' ElectraForSequenceClassification has
/// it; the activation is always the erf form there.
class ClassHead final : public Head {
 public:
  static constexpr HeadTensor tensors[] = {
      {"dense/weight", "classifier.dense.weight"},
      {"dense/bias", "classifier.dense.bias"},
      {"output/weight", "classifier.out_proj.weight"},
      {"output/bias", "classifier.out_proj.bias"},
  };

  struct Saved {
    Linear::Saved dense;
    TensorView pre;  // [batch, hidden]: what GELU read
    Linear::Saved output;
  };

  /// Declares "dense" and "output".
  ClassHead(const ParameterScope& scope, const NetworkConfig& config, const HeadConfig& head);

  /// hidden [rows, hidden] to logits [batch, padded outputs].
  [[nodiscard]] TensorView forward(Pass& pass, ConstTensorView hidden, Saved& saved) const;
  /// dhidden [rows, hidden] is 0 but at [CLS], unless it is added to.
  void backward(Pass& pass, const Saved& saved, ConstTensorView dlogits, Into dhidden) const;
  [[nodiscard]] TensorView answer(Pass& pass, ConstTensorView hidden) const override;

 private:
  HeadDropout before_dense_, before_output_;
  Linear dense_, output_;
};

}  // namespace electra
