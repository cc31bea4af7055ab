#pragma once

#include "electra/layers/linear.h"
#include "electra/models/head.h"

namespace electra {

/// The hidden state of [CLS] to a logit for each label through BERT's pooler:
/// linear(tanh(dense(h))), as transformers' BertForSequenceClassification has it. For inference: it
/// is read and never trained, and what is written of it is a BERT.
class PooledClassHead final : public Head {
 public:
  static constexpr HeadTensor tensors[] = {
      {"dense/weight", "bert.pooler.dense.weight"},
      {"dense/bias", "bert.pooler.dense.bias"},
      {"output/weight", "classifier.weight"},
      {"output/bias", "classifier.bias"},
  };

  /// Declares "dense" and "output".
  PooledClassHead(const ParameterScope& scope, const NetworkConfig& config, const HeadConfig& head);

  /// hidden [rows, hidden] to logits [batch, padded outputs].
  [[nodiscard]] TensorView answer(Pass& pass, ConstTensorView hidden) const override;

 private:
  Linear dense_, output_;
};

}  // namespace electra
