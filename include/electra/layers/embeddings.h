#pragma once

#include <optional>

#include "electra/layers/layer_norm.h"
#include "electra/layers/linear.h"
#include "electra/layers/network_config.h"

namespace electra {

/// The tables that generator and discriminator share: words, positions, token types, and the layer
/// norm of their sum; its epsilon is the network's that reads them. The word table is padded in
/// memory to a multiple of 64 rows.
class EmbeddingTables {
 public:
  /// Declares "word", "position", "type" and "norm".
  EmbeddingTables(const ParameterScope& scope, const NetworkConfig& config);

  [[nodiscard]] const Parameter& word() const { return *word_; }
  [[nodiscard]] const Parameter& position() const { return *position_; }
  [[nodiscard]] const Parameter& type() const { return *type_; }
  [[nodiscard]] const LayerNorm& norm() const { return norm_; }
  [[nodiscard]] Index vocabulary() const { return word_->shape[0]; }
  [[nodiscard]] Index width() const { return word_->shape[1]; }

 private:
  const Parameter* word_;
  const Parameter* position_;
  const Parameter* type_;
  LayerNorm norm_;
};

/// The number of rows that a vocabulary takes in memory.
[[nodiscard]] constexpr Index padded_vocabulary(Index vocabulary) {
  return (vocabulary + 63) / 64 * 64;
}

/// Ids to the encoder's input: dropout(norm(word + position + type)), projected where the tables
/// are not as wide as the encoder.
class Embeddings {
 public:
  struct Saved {
    ConstTensorView ids, types;  // [rows], i32
    TensorView mean, rstd;       // [rows], wide
    Linear::Saved project;
    TensorView dsum;  // [rows, embedding], y's dtype: where a backward leaves the gradient of the
                      // tables' sums, for who asks for it; absent: it is kept nowhere
  };

  /// `tables` must outlive this layer. Declares "project" if it is needed.
  Embeddings(const EmbeddingTables& tables, const ParameterScope& scope,
             const NetworkConfig& config);

  /// ids and types [rows] to [rows, hidden].
  [[nodiscard]] TensorView forward(Pass& pass, ConstTensorView ids, ConstTensorView types,
                                   Saved& saved) const;
  void backward(Pass& pass, const Saved& saved, ConstTensorView dy) const;

 private:
  const EmbeddingTables& tables_;
  NetworkConfig config_;
  std::optional<Linear> project_;
};

}  // namespace electra
