#pragma once

#include <filesystem>

namespace electra {

/// Throws ConfigError that names it if the folder holds a file that a model would replace.
void check_free(const std::filesystem::path& folder);

/// Copies weights and configuration of a model, and the tokenizer files of the directory that it
/// was trained from as they are, into a folder; each file appears all at once, the configuration
/// last. Throws IoError.
void publish_model(const std::filesystem::path& model, const std::filesystem::path& tokenizer,
                   const std::filesystem::path& folder);

}  // namespace electra
