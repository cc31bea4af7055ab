#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "electra/data/vocabulary.h"
#include "electra/data/wordpiece.h"
#include "io/json.h"

namespace electra {

/// A tokenizer.json, read as far as every directory's class has it. Throws IoError that names file
/// and component for what is not a WordPiece tokenizer of BERT's kind.
class TokenizerJson {
 public:
  explicit TokenizerJson(const std::filesystem::path& file);

  /// The tokens of `model.vocab` by id; ids that it leaves out have an empty one.
  [[nodiscard]] const std::vector<std::string>& tokens() const { return tokens_; }
  /// How many tokens `model.vocab` names.
  [[nodiscard]] Index entries() const { return entries_; }
  [[nodiscard]] std::vector<AddedToken> added_tokens() const;
  /// The same by the ids that the file gives them.
  [[nodiscard]] std::map<std::int64_t, AddedToken> added_tokens_by_id() const;
  /// The token that its padding names, if it pads.
  [[nodiscard]] std::optional<std::string> padding_token() const;
  [[nodiscard]] Index max_word_characters() const;
  /// What its normalizer and model say. Throws IoError if a component is another than BERT's, or
  /// its post_processor does not put [CLS] before a text and [SEP] behind it.
  [[nodiscard]] WordpieceOptions options() const;
  /// Throws IoError for a normalizer, pre_tokenizer or post_processor that is there and not BERT's.
  void check_components() const;
  /// Throws IoError if its post_processor gives [CLS] or [SEP] another id than the vocabulary.
  void check_ids(const Vocabulary& vocabulary) const;

 private:
  [[noreturn]] void refuse(const std::string& component, const std::string& expected,
                           const std::string& found) const;
  [[nodiscard]] const Json& component(const char* key) const;
  [[nodiscard]] const Json& added_list() const;
  [[nodiscard]] bool flag(const Json& of, const char* key, bool otherwise) const;
  void read_vocabulary(JsonEntries vocabulary);
  void expect_type(const char* key, const char* type) const;
  void expect_text(const char* key, const char* text) const;
  [[nodiscard]] const Json& normalizer() const;
  [[nodiscard]] const Json& pre_tokenizer() const;
  [[nodiscard]] const Json& post_processor() const;
  void check_normalizer() const;
  void check_pre_tokenizer() const;
  void check_post_processor() const;

  std::string file_;
  Json json_;
  std::vector<std::string> tokens_;
  Index entries_ = 0;
};

/// An entry of `added_tokens` or `added_tokens_decoder`, or its content alone. `where` is what
/// messages call it.
[[nodiscard]] AddedToken added_token_of(const Json& json, const std::string& where);

}  // namespace electra
