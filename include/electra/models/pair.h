#pragma once

#include <optional>

#include "electra/models/encoder.h"
#include "electra/models/heads/mlm_head.h"
#include "electra/models/heads/replaced_token_head.h"
#include "electra/models/network_parts.h"
#include "electra/models/pair_config.h"

namespace electra {

/// Where a network of the pair has its parts in a store. Which weights the two share is decided
/// here and nowhere else.
[[nodiscard]] NetworkParts parts_of(const ModelConfig& config, Network network, Index vocabulary);

/// The tied pair: generator and discriminator.
class ElectraPair {
 public:
  /// Declares every parameter in `store`, which must outlive the pair. Throws ConfigError.
  ElectraPair(ParameterStore& store, const ModelConfig& config, Index vocabulary);
  ElectraPair(const ElectraPair&) = delete;
  ElectraPair& operator=(const ElectraPair&) = delete;

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

}  // namespace electra
