#pragma once

#include <filesystem>
#include <vector>

#include "electra/data/added_tokens.h"
#include "electra/data/vocabulary.h"
#include "formats/tokenizer_json.h"

namespace electra {

/// Who decides what a directory's tokenizer does, by its class in transformers.
enum class TokenizerAuthority : std::uint8_t {
  settings,    // BertTokenizer: tokenizer_config.json
  components,  // PreTrainedTokenizerFast: tokenizer.json
};

/// A directory's tokenizer files as they are found.
struct TokenizerFolder {
  std::filesystem::path directory;
  Json config;                        // tokenizer_config.json; an object, empty if it is missing
  std::optional<TokenizerJson> json;  // tokenizer.json
  TokenizerAuthority authority = TokenizerAuthority::settings;
  bool has_bert_names = true;  // whether the class has [CLS] and the like without being told
};

/// The added and special tokens that transformers 5.24 makes of a directory's files, with the ids
/// that it gives them: a token of the vocabulary keeps its id, another one comes behind the
/// `entries` tokens of the vocabulary. Throws IoError that names file and key.
[[nodiscard]] std::vector<AddedToken> added_tokens_of(const TokenizerFolder& folder,
                                                      const Vocabulary& vocabulary, Index entries);

}  // namespace electra
