#pragma once

#include <string>
#include <vector>

#include "electra/core/parameters.h"
#include "electra/models/config.h"

namespace electra {

/// One tensor of a Hugging Face file, and the piece of a parameter of ours that it is.
struct NamedPiece {
  std::string name;  // "electra.encoder.layer.0.attention.self.key.weight"
  std::vector<Index> shape;
  std::string parameter;  // "generator/encoder/layer_0/attention/query_key_value/weight"
  Index first = 0;        // elements before the piece

  [[nodiscard]] Index size() const;
};

/// Every tensor of a network, in no particular order.
[[nodiscard]] std::vector<NamedPiece> hugging_face_pieces(Network network,
                                                          const ModelConfig& config,
                                                          Index vocabulary);

}  // namespace electra
