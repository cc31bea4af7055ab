#pragma once

#include <vector>

#include "electra/layers/embeddings.h"
#include "electra/layers/encoder_block.h"

namespace electra {

/// Embeddings and a stack of transformer layers: ids to hidden states.
class Encoder {
 public:
  struct Saved {
    Embeddings::Saved embeddings;
    std::vector<EncoderBlock::Saved> blocks;
  };

  /// `tables` must outlive the encoder. Declares "project" (if needed) and "layer_0", "layer_1", …
  Encoder(const EmbeddingTables& tables, const ParameterScope& scope, const NetworkConfig& config);

  /// ids and types [rows] to [rows, hidden]. In inference nothing is saved, and of the
  /// arena two tensors of this shape stay in use, however many layers there are.
  [[nodiscard]] TensorView forward(Pass& pass, ConstTensorView ids, ConstTensorView types,
                                   Saved& saved) const;
  /// Of a forward in training. Uses dy [rows, hidden] as its workspace.
  void backward(Pass& pass, const Saved& saved, TensorView dy) const;

  [[nodiscard]] int depth() const { return static_cast<int>(blocks_.size()); }

 private:
  /// Through the layers, whose results lie in x and in one more tensor in turn.
  [[nodiscard]] TensorView infer(Pass& pass, TensorView x) const;

  Embeddings embeddings_;
  std::vector<EncoderBlock> blocks_;
};

}  // namespace electra
