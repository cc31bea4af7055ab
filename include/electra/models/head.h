#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "electra/kernels/pooling.h"
#include "electra/layers/embeddings.h"

namespace electra {

/// What a head is beside the network under it.
struct HeadConfig {
  Index outputs = 0;                // labels, or 1: a number; a head of fixed width ignores it
  float dropout = 0.1F;             // in training, before its linear layers
  Pooling pooling = Pooling::mean;  // of a head that makes one vector of a text
  bool normalise = true;            // whether that vector gets length 1

  friend bool operator==(const HeadConfig&, const HeadConfig&) = default;
};

/// What stands on an encoder and makes an answer of its hidden states, as inference sees it. To be
/// trained, a head has a forward and a backward with a Saved of its own, like a layer.
class Head {
 public:
  Head() = default;
  virtual ~Head() = default;
  Head(const Head&) = delete;
  Head& operator=(const Head&) = delete;

  /// hidden [rows, hidden] to the answer, in the arena: a row of it, or a number, for each row of
  /// the hidden states, or for each text, as HeadKind::answers says. A row may be padded.
  [[nodiscard]] virtual TensorView answer(Pass& pass, ConstTensorView hidden) const = 0;
};

/// One tensor of a head, and how a Hugging Face file calls it.
struct HeadTensor {
  std::string_view parameter;  // below the head's prefix: "dense/weight"
  std::string_view file;       // "discriminator_predictions.dense.weight"
};

/// A row of the table of heads.
struct HeadKind {
  enum class Answers : std::uint8_t { every_token, every_text };

  std::string_view name;          // "replaced_token"
  std::string_view architecture;  // an encoder with it in a config.json: "ElectraForPreTraining"
  Answers answers = Answers::every_token;
  std::span<const HeadTensor> tensors;  // all of its own
  std::string_view tied_to_word;  // a tensor that a file may hold again: the word table; or none
  /// Declares the head's parameters in the scope; the tables must outlive it.
  std::unique_ptr<Head> (*make)(const EmbeddingTables& tables, const ParameterScope& scope,
                                const NetworkConfig& config, const HeadConfig& head);
};

}  // namespace electra
