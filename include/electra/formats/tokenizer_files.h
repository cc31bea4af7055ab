#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "electra/data/vocabulary.h"
#include "electra/data/wordpiece.h"

namespace electra {

/// Writes vocab.txt, tokenizer.json and tokenizer_config.json into a model's directory, so that
/// Hugging Face's fast tokenizer gives the ids that ours gives. `positions`: the longest sequence.
void save_tokenizer(const std::filesystem::path& directory, const Vocabulary& vocabulary,
                    const WordpieceOptions& options, Index positions);

/// What transformers makes otherwise of these files than we do; most tokenizers: nothing.
[[nodiscard]] std::vector<std::string> differences_of_transformers(const WordpieceOptions& options);

/// A tokenizer as a model's directory describes it.
struct StoredTokenizer {
  Vocabulary vocabulary;
  WordpieceOptions options;
};
/// Reads vocab.txt; lower-casing, accents and the cutting of long words from tokenizer_config.json;
/// and from tokenizer.json whether words are cut as Hugging Face's fast tokenizer does. What they
/// do not say is as google's tokenizer has it. Throws IoError that names file and key.
[[nodiscard]] StoredTokenizer load_tokenizer(const std::filesystem::path& directory);

}  // namespace electra
