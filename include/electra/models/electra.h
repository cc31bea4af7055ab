#pragma once

#include <optional>

#include "electra/models/config.h"
#include "electra/models/encoder.h"
#include "electra/models/heads.h"

namespace electra {

/// The tied pair. Which weights the two networks share is decided here and nowhere else.
class Electra {
 public:
  /// Declares every parameter in `store`, which must outlive the pair. Throws ConfigError.
  Electra(ParameterStore& store, const ModelConfig& config, Index vocabulary);
  Electra(const Electra&) = delete;
  Electra& operator=(const Electra&) = delete;

  [[nodiscard]] const Encoder& generator() const { return *generator_; }
  [[nodiscard]] const MlmHead& generator_head() const { return *generator_head_; }
  [[nodiscard]] const Encoder& discriminator() const;
  [[nodiscard]] const ReplacedTokenHead& discriminator_head() const { return *discriminator_head_; }
  [[nodiscard]] const ModelConfig& config() const { return config_; }
  [[nodiscard]] Index vocabulary() const { return vocabulary_; }

 private:
  ModelConfig config_;
  Index vocabulary_;
  std::optional<EmbeddingTables> tables_;                // the generator's, or both networks'
  std::optional<EmbeddingTables> discriminator_tables_;  // Sharing::none
  std::optional<Encoder> generator_;
  std::optional<Encoder> discriminator_;  // absent: Sharing::all
  std::optional<MlmHead> generator_head_;
  std::optional<ReplacedTokenHead> discriminator_head_;
};

/// A discriminator by itself: what an application embeds.
class Discriminator {
 public:
  /// Names its parameters as the pair does.
  Discriminator(ParameterStore& store, const ModelConfig& config, Index vocabulary);
  Discriminator(const Discriminator&) = delete;
  Discriminator& operator=(const Discriminator&) = delete;

  /// ids and types [batch, length] to logits [rows], wide; the pass should be inference.
  [[nodiscard]] TensorView forward(Pass& pass, ConstTensorView ids, ConstTensorView types) const;

 private:
  EmbeddingTables tables_;
  Encoder encoder_;
  ReplacedTokenHead head_;
};

}  // namespace electra
