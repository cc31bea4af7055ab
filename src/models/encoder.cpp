#include "electra/models/encoder.h"

#include <string>
#include <utility>

namespace electra {

Encoder::Encoder(const EmbeddingTables& tables, const ParameterScope& scope,
                 const NetworkConfig& config)
    : embeddings_(tables, scope.at(0), config) {
  for (int layer = 0; layer < static_cast<int>(config.layers); ++layer)
    blocks_.emplace_back((scope / ("layer_" + std::to_string(layer))).at(layer + 1), config, layer);
}

TensorView Encoder::forward(Pass& pass, ConstTensorView ids, ConstTensorView types,
                            Saved& saved) const {
  TensorView x = embeddings_.forward(pass, ids, types, saved.embeddings);
  if (pass.mode == Mode::inference) return infer(pass, x);
  saved.blocks.resize(blocks_.size());
  for (std::size_t i = 0; i < blocks_.size(); ++i) x = blocks_[i].forward(pass, x, saved.blocks[i]);
  return x;
}

TensorView Encoder::infer(Pass& pass, TensorView x) const {
  TensorView other = pass.tensor(x.shape(), x.dtype());
  for (const EncoderBlock& block : blocks_) {
    const auto scratch = pass.arena.scope();
    EncoderBlock::Saved saved;
    (void)block.forward(pass, x, saved, other);
    std::swap(x, other);
  }
  return x;
}

void Encoder::backward(Pass& pass, const Saved& saved, TensorView dy) const {
  for (std::size_t i = blocks_.size(); i-- > 0;) blocks_[i].backward(pass, saved.blocks[i], dy, dy);
  embeddings_.backward(pass, saved.embeddings, dy);
}

}  // namespace electra
