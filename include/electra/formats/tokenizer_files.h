#pragma once

#include <filesystem>

#include "electra/data/vocabulary.h"
#include "electra/data/wordpiece.h"

namespace electra {

/// Writes vocab.txt, tokenizer.json and tokenizer_config.json into a model's directory, so that
/// Hugging Face's fast tokenizer gives the ids that ours gives. `positions`: the longest sequence.
void save_tokenizer(const std::filesystem::path& directory, const Vocabulary& vocabulary,
                    const WordpieceOptions& options, Index positions);

/// What a model's directory says of its tokenizer: vocab.txt, and lower-casing and accents from
/// tokenizer_config.json (as google's tokenizer, if it does not say). Throws IoError.
struct StoredTokenizer {
  Vocabulary vocabulary;
  WordpieceOptions options;
};
[[nodiscard]] StoredTokenizer load_tokenizer(const std::filesystem::path& directory);

}  // namespace electra
