#include "electra/models/heads.h"

#include <array>
#include <string>

#include "electra/core/error.h"
#include "electra/models/heads/mlm_head.h"
#include "electra/models/heads/replaced_token_head.h"

namespace electra {

namespace {

template <class H>
std::unique_ptr<Head> make(const EmbeddingTables& tables, const ParameterScope& scope,
                           const NetworkConfig& config) {
  return std::make_unique<H>(tables, scope, config);
}

using enum HeadKind::Answers;

constexpr auto heads = std::to_array<HeadKind>({
    {"masked_token", "ElectraForMaskedLM", every_token, MlmHead::tensors, MlmHead::tied_to_word,
     make<MlmHead>},
    {"replaced_token",
     "ElectraForPreTraining",
     every_token,
     ReplacedTokenHead::tensors,
     {},
     make<ReplacedTokenHead>},
});

}  // namespace

std::span<const HeadKind> head_kinds() { return heads; }

const HeadKind& head_kind(std::string_view name) {
  std::string names;
  for (const HeadKind& kind : heads) {
    if (kind.name == name) return kind;
    names += (names.empty() ? "" : ", ") + std::string(kind.name);
  }
  throw ConfigError("head: expected one of " + names + ", found \"" + std::string(name) + "\"");
}

}  // namespace electra
