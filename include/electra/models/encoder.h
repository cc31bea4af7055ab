#pragma once

#include <vector>

#include "electra/layers/embeddings.h"
#include "electra/layers/encoder_block.h"

namespace electra {

/// Embeddings and a stack of transformer layers: ids to hidden states.
class Encoder {
 public:
  struct Config {
    Index hidden = 0;
    Index layers = 0;
    Index heads = 1;
    Index intermediate = 0;
    Gelu activation = Gelu::erf;
    float dropout = 0;
    float attention_dropout = 0;
    float epsilon = 1e-12F;
  };
  struct Saved {
    Embeddings::Saved embeddings;
    std::vector<EncoderBlock::Saved> blocks;
  };

  /// `tables` must outlive the encoder. Declares "project" (if needed) and "layer_0", "layer_1", …
  Encoder(const EmbeddingTables& tables, const ParameterScope& scope, const Config& config);

  /// ids and types [batch, length] to [rows, hidden].
  [[nodiscard]] TensorView forward(Pass& pass, ConstTensorView ids, ConstTensorView types,
                                   Saved& saved) const;
  /// Uses dy [rows, hidden] as its workspace.
  void backward(Pass& pass, const Saved& saved, TensorView dy) const;

  [[nodiscard]] const Config& config() const { return config_; }

 private:
  Config config_;
  Embeddings embeddings_;
  std::vector<EncoderBlock> blocks_;
};

}  // namespace electra
