#pragma once

#include "electra/data/vocabulary.h"
#include "electra/data/word_reader.h"
#include "io/json.h"

namespace electra {

/// Keys of tokenizer_config.json that are ours alone: transformers keeps them and does nothing with
/// them.
constexpr const char* compat_key = "compat";
constexpr const char* cut_long_words_key = "cut_long_words";

/// The contents of a tokenizer.json.
[[nodiscard]] OrderedJson tokenizer_json(const Vocabulary& vocabulary,
                                         const WordpieceOptions& options);
/// The contents of a tokenizer_config.json. `positions`: the longest sequence.
[[nodiscard]] OrderedJson tokenizer_config(const WordpieceOptions& options, Index positions);

}  // namespace electra
