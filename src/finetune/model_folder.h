#pragma once

#include <filesystem>

#include "electra/core/shape.h"
#include "electra/kernels/pooling.h"

namespace electra {

/// Throws ConfigError that names it if the folder holds a file that a model would replace.
void check_free(const std::filesystem::path& folder);

/// Copies weights and configuration of a model, and the tokenizer files of the directory that it
/// was trained from as they are, into a folder; each file appears all at once, the configuration
/// last. Throws IoError.
void publish_model(const std::filesystem::path& model, const std::filesystem::path& tokenizer,
                   const std::filesystem::path& folder);

/// What sentence-transformers opens a folder by: modules.json, 1_Pooling,
/// sentence_bert_config.json. Vectors are `width` numbers and of length 1; texts have at most
/// `length` tokens.
void save_modules(const std::filesystem::path& folder, Pooling pooling, Index width, Index length);

}  // namespace electra
