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

/// Tokens with the ids that tokenizers 0.23.3 gives them: those of the vocabulary, else the next
/// ones behind its entries and behind what was added before. Where ids of the vocabulary have gaps,
/// the next one may be taken: then the token that comes later is the one that is found.
class Collection {
 public:
  Collection(const Vocabulary& vocabulary, Index entries)
      : vocabulary_(vocabulary), entries_(static_cast<std::int32_t>(entries)) {}

  [[nodiscard]] std::set<std::string> contents() const {
    std::set<std::string> contents;
    for (const auto& [id, token] : by_id_) contents.insert(token.content);
    return contents;
  }

  /// Adds tokens at once: the ids of the new ones follow each other.
  void add(std::vector<AddedToken> tokens) {
    std::int32_t next = entries_;
    for (const auto& [content, id] : ids_) next = std::max(next, id + 1);
    for (AddedToken& token : tokens) {
      if (token.content.empty()) continue;
      if (token.special) special_.insert(token.content);
      if (!ids_.contains(token.content)) {
        const auto known = vocabulary_.find(token.content);
        ids_[token.content] = known ? *known : next++;
      }
      token.id = ids_[token.content];
      by_id_[token.id] = std::move(token);
    }
  }

  [[nodiscard]] std::vector<AddedToken> tokens() const {
    std::vector<AddedToken> all;
    for (const auto& [id, token] : by_id_) {
      all.push_back(token);
      all.back().special = special_.contains(token.content);
    }
    return all;
  }

 private:
  const Vocabulary& vocabulary_;
  std::int32_t entries_;
  std::map<std::string, std::int32_t> ids_;
  std::map<std::int32_t, AddedToken> by_id_;
  std::set<std::string> special_;
};

/// What a directory's files say besides the vocabulary, merged as transformers merges it.
class Sources {
 public:
  explicit Sources(const TokenizerFolder& folder)
      : folder_(folder), config_file_((folder.directory / "tokenizer_config.json").string()) {
    read_names(folder.config, config_file_, From::tokenizer_config);
    if (folder.config.contains("added_tokens_decoder"))
      read_decoder(folder.config["added_tokens_decoder"]);
    else
      read_older_files();
    if (folder.has_bert_names)
      for (const auto& [key, name] : bert_names)
        named_.try_emplace(key, AddedToken{.content = name, .special = true, .normalized = false});
    // All that transformers takes of a tokenizer.json's padding without being told to pad.
    if (const auto pad = folder.json ? folder.json->padding_token() : std::nullopt)
      named_.try_emplace("pad_token",
                         AddedToken{.content = *pad, .special = true, .normalized = false});
  }

  void add_to(Collection& collection) const {
    if (folder_.authority == TokenizerAuthority::components && folder_.json)
      collection.add(folder_.json->added_tokens());
    std::set<std::string> known = collection.contents();
    std::vector<AddedToken> tokens;
    for (const auto& [id, token] : by_id_) {
      known.insert(token.content);
      tokens.push_back(marked(token));
    }
    const auto add_new = [&](const AddedToken& token) {
      if (!known.insert(token.content).second) return;
      tokens.push_back(token);
      tokens.back().special = true;
    };
    for (const char* key : named_keys)
      if (const auto named = named_.find(key); named != named_.end()) add_new(named->second);
    for (const AddedToken& token : further_) add_new(token);
    for (const AddedToken& token : extra_) add_new(token);
    collection.add(std::move(tokens));
  }

 private:
  /// Special if it has one of the special tokens' names.
  [[nodiscard]] AddedToken marked(AddedToken token) const {
    for (const auto& [key, named] : named_) token.special |= named.content == token.content;
    return token;
  }

  enum class From : std::uint8_t { tokenizer_config, special_tokens_map };

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
  void read_names(const Json& json, const std::string& file, From from) {
    for (const auto& [key, value] : json.items()) {
      const std::string where = file + ": " + key;
      if (is_named(key) && value.is_null()) {
        named_.insert_or_assign(key, AddedToken{});  // none, not the usual one
        spelled_[key] = false;
      } else if (is_named(key)) {
        named_.insert_or_assign(key, added_token_of(value, where));
        spelled_[key] = value.is_string() || from == From::special_tokens_map;
      } else if (key.ends_with("_token") && value.is_string())
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
    read_names(object_in(map), map.string(), From::special_tokens_map);
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
    const auto has_content = [&](const auto& named) {
      return named.second.content == content && spelled_.at(named.first);
    };
    return std::ranges::any_of(named_, has_content) ||
           std::ranges::find(extra_, content, &AddedToken::content) != extra_.end();
  }

  const TokenizerFolder& folder_;
  std::string config_file_;
  std::map<std::string, AddedToken> named_;  // by key
  std::map<std::string, bool> spelled_;      // whether its value is its content, for transformers
  std::vector<AddedToken> further_, extra_;
  std::map<std::int64_t, AddedToken> by_id_;
};

}  // namespace

std::vector<AddedToken> added_tokens_of(const TokenizerFolder& folder, const Vocabulary& vocabulary,
                                        Index entries) {
  Collection collection(vocabulary, entries);
  Sources(folder).add_to(collection);
  std::vector<AddedToken> all = collection.tokens();
  const bool splits = folder.config.contains("split_special_tokens") &&
                      folder.config["split_special_tokens"] == true;
  if (splits)
    for (AddedToken& token : all) token.plain = token.special;
  return all;
}

}  // namespace electra
