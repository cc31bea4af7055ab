#pragma once

#include "electra/models/head.h"

namespace electra {

/// Hidden states to one vector a text: pooled, and of length 1 if the configuration says so. It has
/// no parameters.
class EmbeddingHead final : public Head {
 public:
  struct Saved {
    TensorView places;   // [batch, hidden]: of max pooling
    TensorView vectors;  // [batch, hidden]: of length 1
    TensorView norms;    // [batch]
  };

  EmbeddingHead(const ParameterScope& scope, const NetworkConfig& config, const HeadConfig& head);

  /// hidden [rows, hidden] to [batch, hidden].
  [[nodiscard]] TensorView forward(Pass& pass, ConstTensorView hidden, Saved& saved) const;
  /// Uses dvectors as its workspace.
  void backward(Pass& pass, const Saved& saved, TensorView dvectors, Into dhidden) const;
  [[nodiscard]] TensorView answer(Pass& pass, ConstTensorView hidden) const override;

 private:
  Pooling pooling_;
  bool normalise_;
};

}  // namespace electra
