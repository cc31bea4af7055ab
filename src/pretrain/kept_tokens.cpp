#include "pretrain/kept_tokens.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>
#include <system_error>

#include "electra/core/error.h"
#include "electra/formats/tokenizer_files.h"

namespace electra {

namespace {

namespace fs = std::filesystem;

bool lies_in(const fs::path& file, const fs::path& directory) {
  std::error_code unknown;  // then it does not
  return !file.empty() && fs::equivalent(fs::absolute(file).parent_path(), directory, unknown);
}

/// "[PAD]" and the like as every tokenizer of ours has them.
bool is_usual(const AddedToken& token, const Vocabulary& vocabulary) {
  const std::array ids{vocabulary.pad(), vocabulary.unknown(), vocabulary.cls(), vocabulary.sep(),
                       vocabulary.mask()};
  const AddedToken usual{
      .content = token.content, .id = token.id, .special = true, .normalized = false};
  return token == usual && std::ranges::find(ids, token.id) != ids.end();
}

/// A run's vocabulary, in whose files these tokens get the ids that they have. Throws ConfigError
/// if there is none.
std::vector<std::string> with_places(const Vocabulary& vocabulary,
                                     const std::vector<AddedToken>& added, Index rows) {
  std::vector<std::string> tokens = vocabulary.tokens();
  auto next = static_cast<Index>(std::set<std::string>(tokens.begin(), tokens.end()).size());
  bool is_first = true;
  for (const AddedToken& token : added) {
    if (vocabulary.find(token.content)) continue;
    for (; is_first && next < token.id; ++next)
      tokens.push_back("[row " + std::to_string(tokens.size()) + "]");
    is_first = false;
    if (token.id != next++ || token.id >= rows)
      throw ConfigError("\"" + token.content + "\" has the id " + std::to_string(token.id) +
                        ", which it cannot have in the files of a run with " +
                        std::to_string(tokens.size()) + " tokens and " + std::to_string(rows) +
                        " rows of the word table");
  }
  return tokens;
}

}  // namespace

KeptTokens kept_tokens(const PretrainConfig& config) {
  const fs::path directory = config.initialize.discriminator;
  const fs::path file = config.vocabulary.file;
  if (directory.empty() || !lies_in(file, directory)) return {};
  try {
    StoredTokenizer tokenizer = load_tokenizer(directory);
    const auto usual = [&](const AddedToken& token) {
      return is_usual(token, tokenizer.vocabulary);
    };
    if (std::ranges::all_of(tokenizer.added, usual)) return {};
    if (load_vocabulary(file).tokens() != tokenizer.vocabulary.tokens())
      throw ConfigError(file.string() + " is another vocabulary than " +
                        vocabulary_file(directory).string());
    std::ranges::sort(tokenizer.added, {}, &AddedToken::id);
    std::vector<std::string> tokens =
        with_places(tokenizer.vocabulary, tokenizer.added, config.vocabulary.size);
    return {.added = std::move(tokenizer.added), .vocabulary = std::move(tokens), .remark = {}};
  } catch (const Error& error) {
    return {.added = {},
            .vocabulary = {},
            .remark = directory.string() + ": its added tokens are left out: " + error.what()};
  }
}

}  // namespace electra
