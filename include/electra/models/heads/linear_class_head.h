#pragma once

#include "electra/layers/linear.h"
#include "electra/models/head.h"
#include "electra/models/heads/head_dropout.h"

namespace electra {

/// The hidden state of [CLS] to a logit for each label by one linear layer, as the reference
/// fine-tunes (google-research/electra, finetune/classification): linear(dropout(h)).
class LinearClassHead final : public Head {
 public:
  static constexpr HeadTensor tensors[] = {
      {"output/weight", "classifier.weight"},
      {"output/bias", "classifier.bias"},
  };

  struct Saved {
    Linear::Saved output;
  };

  /// Declares "output".
  LinearClassHead(const ParameterScope& scope, const NetworkConfig& config, const HeadConfig& head);

  /// hidden [rows, hidden] to logits [batch, padded outputs].
  [[nodiscard]] TensorView forward(Pass& pass, ConstTensorView hidden, Saved& saved) const;
  /// dhidden [rows, hidden] is 0 but at [CLS], unless it is added to.
  void backward(Pass& pass, const Saved& saved, ConstTensorView dlogits, Into dhidden) const;
  [[nodiscard]] TensorView answer(Pass& pass, ConstTensorView hidden) const override;

 private:
  HeadDropout dropout_;
  Linear output_;
};

}  // namespace electra
