#pragma once

#include <optional>

#include "electra/formats/tokenizer_files.h"
#include "formats/added_token_files.h"

namespace electra {

/// How long a directory's files say that a text may be: `max_seq_length` of
/// sentence_bert_config.json, else `model_max_length` of tokenizer_config.json (`max_len` in older
/// ones). None where none does, or by a number that stands for none, as 1e30 does in transformers.
/// Throws IoError that names file and key for what is no number of tokens.
[[nodiscard]] std::optional<StoredLength> stored_length(const TokenizerFolder& folder);

}  // namespace electra
