#include "formats/added_token_files.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <set>
#include <system_error>

#include "electra/core/error.h"
#include "electra/core/file.h"

namespace electra {

namespace {

namespace fs = std::filesystem;

/// transformers' SPECIAL_TOKENS_ATTRIBUTES, in its order.
constexpr std::array named_keys{"bos_token", "eos_token", "unk_token", "sep_token",
                                "pad_token", "cls_token", "mask_token"};

/// What BertTokenizer takes where a directory names none.
const std::map<std::string, std::string> bert_names{{"unk_token", "[UNK]"},
                                                    {"sep_token", "[SEP]"},
                                                    {"pad_token", "[PAD]"},
                                                    {"cls_token", "[CLS]"},
                                                    {"mask_token", "[MASK]"}};

Json object_in(const fs::path& file) {
  std::error_code unknown;  // then it is not there for us
  if (!fs::exists(file, unknown)) return Json::object();
  return parse_json_object(read_file(file), file.string());
}

/// The tokens in the order in which transformers adds them, each with the id that it then gets.
class Collection {
 public:
  Collection(const Vocabulary& vocabulary, Index entries)
      : vocabulary_(vocabulary), entries_(static_cast<std::int32_t>(entries)) {}

  [[nodiscard]] AddedToken* find(const std::string& content) {
    const auto at = places_.find(content);
    return at == places_.end() ? nullptr : &tokens_[at->second];
  }

  void add(AddedToken token) {
    if (token.content.empty()) return;
    if (AddedToken* before = find(token.content)) {
      token.id = before->id;
      token.special |= before->special;
      *before = std::move(token);
      return;
    }
    token.id = vocabulary_.find(token.content).value_or(next());
    highest_ = std::max(highest_, token.id);
    places_[token.content] = tokens_.size();
    tokens_.push_back(std::move(token));
  }

  [[nodiscard]] std::vector<AddedToken> take() { return std::move(tokens_); }

 private:
  [[nodiscard]] std::int32_t next() const { return std::max(highest_ + 1, entries_); }

  const Vocabulary& vocabulary_;
  std::int32_t entries_;
  std::int32_t highest_ = -1;
  std::vector<AddedToken> tokens_;
  std::map<std::string, std::size_t> places_;
};

/// What a directory's files say besides the vocabulary, merged as transformers merges it.
class Sources {
 public:
  explicit Sources(const TokenizerFolder& folder)
      : folder_(folder), config_file_((folder.directory / "tokenizer_config.json").string()) {
    read_names(folder.config, config_file_);
    if (folder.config.contains("added_tokens_decoder"))
      read_decoder(folder.config["added_tokens_decoder"]);
    else
      read_older_files();
    if (folder.authority == TokenizerAuthority::settings)
      for (const auto& [key, name] : bert_names)
        named_.try_emplace(key, AddedToken{.content = name, .special = true, .normalized = false});
  }

  void add_to(Collection& tokens) const {
    if (folder_.authority == TokenizerAuthority::components)
      for (AddedToken& token : folder_.json->added_tokens()) tokens.add(std::move(token));
    for (const auto& [id, token] : by_id_) tokens.add(marked(token));
    for (const char* key : named_keys)
      if (const auto named = named_.find(key); named != named_.end())
        add_new(tokens, named->second);
    for (const AddedToken& token : further_) add_new(tokens, token);
    for (const AddedToken& token : extra_) add_new(tokens, token);
  }

 private:
  static void add_new(Collection& tokens, AddedToken token) {
    if (token.content.empty() || tokens.find(token.content) != nullptr) return;
    token.special = true;
    tokens.add(std::move(token));
  }

  /// Special if it has one of the special tokens' names.
  [[nodiscard]] AddedToken marked(AddedToken token) const {
    for (const auto& [key, named] : named_) token.special |= named.content == token.content;
    return token;
  }

  static bool is_named(const std::string& key) {
    return std::ranges::find(named_keys, key) != named_keys.end();
  }

  static std::vector<AddedToken> list(const Json& json, const std::string& where) {
    if (!json.is_array() && !json.is_object())
      throw IoError(where + ": expected a list of tokens, found " + kind_of(json));
    std::vector<AddedToken> tokens;
    for (const Json& token : json) {
      tokens.push_back(added_token_of(token, where));
      tokens.back().special = true;
    }
    return tokens;
  }

  /// `KEY_token` and the lists of further special tokens.
  void read_names(const Json& json, const std::string& file) {
    for (const auto& [key, value] : json.items()) {
      const std::string where = file + ": " + key;
      if (is_named(key) && value.is_null())
        named_.insert_or_assign(key, AddedToken{});  // none, not the usual one
      else if (is_named(key))
        named_.insert_or_assign(key, added_token_of(value, where));
      else if (key.ends_with("_token") && value.is_string())
        further_.push_back(added_token_of(value, where));
    }
    const auto given = [&](const char* key) {
      return json.contains(key) && !json[key].is_null() && !json[key].empty();
    };
    for (const char* key : {"extra_special_tokens", "additional_special_tokens"})
      if (given(key)) {
        extra_ = list(json[key], file + ": " + key);
        break;
      }
  }

  void read_decoder(const Json& decoder) {
    const std::string where = config_file_ + ": added_tokens_decoder";
    if (!decoder.is_object())
      throw IoError(where + ": expected tokens by their ids, found " + kind_of(decoder));
    for (const auto& [key, value] : decoder.items()) {
      std::int64_t id = 0;
      const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), id);
      if (error != std::errc{} || end != key.data() + key.size())
        throw IoError(where + ": expected an id, found \"" + key + '"');
      by_id_[id] = added_token_of(value, where + ": " + key);
    }
  }

  /// special_tokens_map.json, added_tokens.json and tokenizer.json, which are looked at only where
  /// there is no added_tokens_decoder.
  void read_older_files() {
    const fs::path map = folder_.directory / "special_tokens_map.json";
    read_names(object_in(map), map.string());
    const fs::path added = folder_.directory / "added_tokens.json";
    const Json ids = object_in(added);
    for (const auto& [content, id] : ids.items()) {
      if (!id.is_number_integer())
        throw IoError(added.string() + ": " + content + ": expected an id, found " + kind_of(id));
      const bool special = is_special(content);
      by_id_[id.get<std::int64_t>()] = {
          .content = content, .special = special, .normalized = !special};
    }
    if (!folder_.json) return;
    for (const auto& [id, token] : folder_.json->added_tokens_by_id()) by_id_[id] = token;
  }

  [[nodiscard]] bool is_special(const std::string& content) const {
    return std::ranges::any_of(
               named_, [&](const auto& named) { return named.second.content == content; }) ||
           std::ranges::find(extra_, content, &AddedToken::content) != extra_.end();
  }

  const TokenizerFolder& folder_;
  std::string config_file_;
  std::map<std::string, AddedToken> named_;
  std::vector<AddedToken> further_, extra_;
  std::map<std::int64_t, AddedToken> by_id_;
};

}  // namespace

std::vector<AddedToken> added_tokens_of(const TokenizerFolder& folder, const Vocabulary& vocabulary,
                                        Index entries) {
  Collection tokens(vocabulary, entries);
  Sources(folder).add_to(tokens);
  std::vector<AddedToken> all = tokens.take();
  const bool splits = folder.config.contains("split_special_tokens") &&
                      folder.config["split_special_tokens"] == true;
  if (splits)
    for (AddedToken& token : all) token.plain = token.special;
  return all;
}

}  // namespace electra
