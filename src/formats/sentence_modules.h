#pragma once

#include <filesystem>

#include "electra/models/head.h"

namespace electra {

/// How a directory of sentence-transformers makes one vector of a text: modules.json lists what is
/// done, the folder of its Pooling says how. Without a modules.json the head stays as it is. Throws
/// IoError that names file and key, also for a module or a pooling that this library does not have.
void read_sentence_modules(const std::filesystem::path& directory, HeadConfig& head);

/// Whether the directory has such files.
[[nodiscard]] bool has_sentence_modules(const std::filesystem::path& directory);

/// What sentence-transformers opens a directory by: modules.json, 1_Pooling, 2_Normalize and
/// sentence_bert_config.json. Vectors are `width` numbers; texts have at most `length` tokens.
void save_sentence_modules(const std::filesystem::path& directory, const HeadConfig& head,
                           Index width, Index length);

}  // namespace electra
