#include "inspect/token_proposer.h"

#include <cmath>

#include "electra/core/error.h"
#include "electra/core/range.h"
#include "infer/token_probabilities.h"

namespace electra {

TokenProposer::TokenProposer(const std::filesystem::path& directory, const Vocabulary& vocabulary,
                             Index candidates, int threads)
    : engine_(masked_token_engine(directory, {.threads = threads})), candidates_(candidates) {
  check_range("candidates", candidates, from(1));
  if (engine_->vocabulary().hash() != vocabulary.hash())
    throw ConfigError(directory.string() + ": expected the vocabulary of " + vocabulary.source() +
                      ", found another one");
}

std::vector<TokenProposals> TokenProposer::of(std::span<const std::int32_t> ids,
                                              std::span<const std::int32_t> types) const {
  const Vocabulary& vocabulary = engine_->vocabulary();
  std::vector<std::vector<std::int32_t>> masked;
  std::vector<std::int32_t> rows;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (ids[i] == vocabulary.cls() || ids[i] == vocabulary.sep()) continue;
    masked.emplace_back(ids.begin(), ids.end())[i] = vocabulary.mask();
    rows.push_back(static_cast<std::int32_t>(i));
  }
  std::vector<Engine::Sequence> sequences;
  for (std::size_t k = 0; k < masked.size(); ++k)
    sequences.push_back({.ids = masked[k], .types = types, .rows = std::span(rows).subspan(k, 1)});
  std::vector<TokenProposals> found(ids.size());
  engine_->run(sequences, [&](std::size_t k, std::span<const float> answer) {
    const auto at = static_cast<std::size_t>(rows[k]);
    const auto logits = row_of(answer, 0, engine_->config().vocabulary);
    found[at] = {
        .probability = std::exp(logits[static_cast<std::size_t>(ids[at])] - log_sum_exp(logits)),
        .candidates = candidates_of(logits, vocabulary, candidates_)};
  });
  return found;
}

}  // namespace electra
