#pragma once

#include <span>

#include "electra/data/added_tokens.h"
#include "electra/data/vocabulary.h"
#include "electra/data/word_reader.h"
#include "io/json.h"

namespace electra {

/// Keys of tokenizer_config.json that are ours alone: transformers keeps them and does nothing with
/// them.
constexpr const char* compat_key = "compat";
constexpr const char* cut_long_words_key = "cut_long_words";

/// The contents of a tokenizer.json. `added`: as save_tokenizer has it.
[[nodiscard]] OrderedJson tokenizer_json(const Vocabulary& vocabulary,
                                         const WordpieceOptions& options,
                                         std::span<const AddedToken> added);
/// The contents of a tokenizer_config.json. `positions`: the longest sequence.
[[nodiscard]] OrderedJson tokenizer_config(const Vocabulary& vocabulary,
                                           const WordpieceOptions& options, Index positions,
                                           std::span<const AddedToken> added);

}  // namespace electra
