#pragma once

#include <string>
#include <vector>

#include "electra/data/added_tokens.h"
#include "electra/pretrain/config.h"

namespace electra {

/// What a run keeps of the tokenizer of the directory that it continues from.
struct KeptTokens {
  std::vector<AddedToken> added;        // all that texts are searched for; empty: the usual ones
  std::vector<std::string> vocabulary;  // of the run, where `added` is not empty
  std::string remark;                   // why added tokens are left out, where they are
};

/// The added tokens of initialize.discriminator, with their ids, where the vocabulary is that
/// directory's too. Ids between its vocabulary and its first added token behind that get a token
/// that no text has, "[row 30522]", so that whoever reads the run's files counts to the same ids.
[[nodiscard]] KeptTokens kept_tokens(const PretrainConfig& config);

}  // namespace electra
