#pragma once

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "electra/core/error.h"
#include "electra/core/file.h"
#include "electra/formats/tokenizer_files.h"
#include "support/temporary_folder.h"

namespace electra::test {

inline Vocabulary some_vocabulary() {
  return Vocabulary::from_tokens({"[PAD]", "[unused0]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the",
                                  "##s", "\u4e2d", "\"", "\\"});
}

/// A directory of a model with these files beside its vocab.txt.
struct Directory {
  explicit Directory(const std::map<std::string, std::string>& files) {
    some_vocabulary().save(folder / "vocab.txt");
    for (const auto& [name, text] : files) write_file(folder / name, text);
  }
  [[nodiscard]] StoredTokenizer load() const { return load_tokenizer(folder.path()); }
  [[nodiscard]] std::string refusal() const {
    return message_of<IoError>([&] { (void)load(); });
  }

  TemporaryFolder folder;
};

inline WordpieceOptions options_with(const char* file, const std::string& text) {
  return Directory({{file, text}}).load().options;
}

inline std::string refusal_of(const char* file, const std::string& text) {
  return Directory({{file, text}}).refusal();
}

/// A tokenizer.json whose normalizer is not what a silent tokenizer_config.json means.
inline nlohmann::json some_json() {
  const TemporaryFolder folder;
  save_tokenizer(folder.path(), some_vocabulary(), {.compat = Compat::hf}, 128);
  nlohmann::json json = nlohmann::json::parse(read_file(folder / "tokenizer.json"));
  json["normalizer"]["lowercase"] = false;
  json["normalizer"]["handle_chinese_chars"] = false;
  json["normalizer"]["clean_text"] = false;
  json["model"]["max_input_chars_per_word"] = 7;
  return json;
}

inline constexpr const char* components_decide = R"({"tokenizer_class":"PreTrainedTokenizerFast"})";

}  // namespace electra::test
