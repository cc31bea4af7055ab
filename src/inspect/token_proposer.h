#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "electra/data/vocabulary.h"
#include "electra/infer/engine.h"
#include "electra/inspect/explanation.h"

namespace electra {

/// What a generator says of a text's tokens, masking one after the other.
class TokenProposer {
 public:
  /// Throws ConfigError unless the generator has this vocabulary, and for less than one candidate.
  TokenProposer(const std::filesystem::path& directory, const Vocabulary& vocabulary,
                Index candidates, int threads);

  /// One for each token, empty of [CLS] and [SEP].
  [[nodiscard]] std::vector<TokenProposals> of(std::span<const std::int32_t> ids,
                                               std::span<const std::int32_t> types) const;

 private:
  std::unique_ptr<const Engine> engine_;
  Index candidates_;
};

}  // namespace electra
