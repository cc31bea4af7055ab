#include "electra/models/encoder.h"

#include <string>

namespace electra {

Encoder::Encoder(const EmbeddingTables& tables, const ParameterScope& scope, const Config& config)
    : config_(config),
      embeddings_(tables, scope.at(0), {.hidden = config.hidden, .dropout = config.dropout}) {
  for (int layer = 0; layer < static_cast<int>(config.layers); ++layer)
    blocks_.emplace_back((scope / ("layer_" + std::to_string(layer))).at(layer + 1),
                         EncoderBlock::Config{.hidden = config.hidden,
                                              .heads = config.heads,
                                              .intermediate = config.intermediate,
                                              .activation = config.activation,
                                              .dropout = config.dropout,
                                              .attention_dropout = config.attention_dropout,
                                              .epsilon = config.epsilon,
                                              .layer = layer});
}

TensorView Encoder::forward(Pass& pass, ConstTensorView ids, ConstTensorView types,
                            Saved& saved) const {
  saved.blocks.resize(blocks_.size());
  TensorView x = embeddings_.forward(pass, ids, types, saved.embeddings);
  for (std::size_t i = 0; i < blocks_.size(); ++i) x = blocks_[i].forward(pass, x, saved.blocks[i]);
  return x;
}

void Encoder::backward(Pass& pass, const Saved& saved, TensorView dy) const {
  for (std::size_t i = blocks_.size(); i-- > 0;) blocks_[i].backward(pass, saved.blocks[i], dy, dy);
  embeddings_.backward(pass, saved.embeddings, dy);
}

}  // namespace electra
