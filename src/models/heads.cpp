#include "electra/models/heads.h"

#include <array>
#include <string>

#include "electra/core/error.h"
#include "electra/models/heads/class_head.h"
#include "electra/models/heads/embedding_head.h"
#include "electra/models/heads/linear_class_head.h"
#include "electra/models/heads/mlm_head.h"
#include "electra/models/heads/pooled_class_head.h"
#include "electra/models/heads/replaced_token_head.h"
#include "electra/models/heads/token_head.h"

namespace electra {

namespace {

template <class H>
std::unique_ptr<Head> make(const EmbeddingTables& tables, const ParameterScope& scope,
                           const NetworkConfig& config, const HeadConfig&) {
  return std::make_unique<H>(tables, scope, config);
}

/// A head that has a configuration, and needs nothing of the tables.
template <class H>
std::unique_ptr<Head> make_configured(const EmbeddingTables&, const ParameterScope& scope,
                                      const NetworkConfig& config, const HeadConfig& head) {
  return std::make_unique<H>(scope, config, head);
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
    {"class",
     "ElectraForSequenceClassification",
     every_text,
     ClassHead::tensors,
     {},
     make_configured<ClassHead>},
    {"linear_class",
     "LibelectraLinearClassifier",
     every_text,
     LinearClassHead::tensors,
     {},
     make_configured<LinearClassHead>},
    {"pooled_class",
     "BertForSequenceClassification",
     every_text,
     PooledClassHead::tensors,
     {},
     make_configured<PooledClassHead>},
    {"tagging",
     "ElectraForTokenClassification",
     every_token,
     TokenHead::tagging_tensors,
     {},
     make_configured<TokenHead>},
    {"question",
     "ElectraForQuestionAnswering",
     every_token,
     TokenHead::question_tensors,
     {},
     make_configured<TokenHead>},
    {"embedding", "ElectraModel", every_text, {}, {}, make_configured<EmbeddingHead>},
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
