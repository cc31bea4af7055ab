#include "formats/tokenizer_json.h"

#include <algorithm>
#include <array>
#include <limits>
#include <tuple>

#include "electra/core/error.h"
#include "electra/core/file.h"

namespace electra {

namespace {

/// More ids than this without a token are a mistake, not a vocabulary with gaps.
constexpr std::size_t most_gaps = 100000;

const Json nothing;

constexpr std::array<std::string_view, 2> path_of_vocabulary{"model", "vocab"};

std::string type_of(const Json& component) {
  if (component.is_null()) return "null";
  if (component.is_object() && component.contains("type") && component["type"].is_string())
    return component["type"].get<std::string>();
  return kind_of(component);
}

/// The component itself where a Sequence holds it alone.
const Json& alone(const Json& component, const char* list) {
  const bool is_sequence = type_of(component) == "Sequence" && component.contains(list) &&
                           component[list].is_array() && component[list].size() == 1;
  return is_sequence ? component[list][0] : component;
}

/// What a template names in order: special tokens, and "A" for the text.
std::vector<std::string> names_in(const Json& pieces) {
  std::vector<std::string> names;
  for (const Json& piece : pieces)
    for (const char* kind : {"SpecialToken", "Sequence"})
      if (piece.is_object() && piece.contains(kind) && piece[kind].is_object())
        names.push_back(piece[kind].contains("id") && piece[kind]["id"].is_string()
                            ? piece[kind]["id"].get<std::string>()
                            : std::string());
  return names;
}

}  // namespace

TokenizerJson::TokenizerJson(const std::filesystem::path& file) : file_(file.string()) {
  JsonEntries vocabulary;
  json_ = parse_json_object(read_file(file), file_, path_of_vocabulary, vocabulary);
  const Json& model = component("model");
  if (!model.is_object()) refuse("model", "WordPiece", type_of(model));
  if (model.contains("type")) expect_type("model", "WordPiece");
  if (model.contains("merges")) refuse("model", "WordPiece", "merges (BPE)");
  expect_text("continuing_subword_prefix", "##");
  read_vocabulary(std::move(vocabulary));
}

void TokenizerJson::refuse(const std::string& component, const std::string& expected,
                           const std::string& found) const {
  throw IoError(file_ + ": " + component + ": expected " + expected + ", found " + found);
}

const Json& TokenizerJson::component(const char* key) const {
  return json_.contains(key) ? json_[key] : nothing;
}

bool TokenizerJson::flag(const Json& of, const char* key, bool otherwise) const {
  if (!of.contains(key) || of[key].is_null()) return otherwise;
  if (!of[key].is_boolean())
    refuse(std::string("normalizer.") + key, "true, false or null", kind_of(of[key]));
  return of[key].get<bool>();
}

void TokenizerJson::expect_type(const char* key, const char* type) const {
  if (const std::string found = type_of(component(key)); found != type) refuse(key, type, found);
}

void TokenizerJson::expect_text(const char* key, const char* text) const {
  const Json& model = component("model");
  if (model.contains(key) && model[key] != text)
    refuse(std::string("model.") + key, json_string(text), model[key].dump());
}

void TokenizerJson::read_vocabulary(JsonEntries vocabulary) {
  const Json& model = component("model");
  if (vocabulary.empty())
    refuse("model.vocab", "tokens with their ids",
           type_of(model.contains("vocab") ? model["vocab"] : nothing));
  entries_ = static_cast<Index>(vocabulary.size());
  tokens_.reserve(vocabulary.size());
  std::vector<bool> taken;
  for (auto& [token, id] : vocabulary) {
    const std::size_t most = vocabulary.size() + most_gaps;
    const bool in_range = id.is_number_unsigned() && id.get<std::size_t>() < most;
    if (!in_range)
      refuse("model.vocab: \"" + token + '"', "an id from 0 to " + std::to_string(most - 1),
             id.is_number() ? id.dump() : kind_of(id));
    const auto at = id.get<std::size_t>();
    if (at >= tokens_.size()) {
      tokens_.resize(at + 1);
      taken.resize(at + 1);
    }
    if (taken[at])
      refuse("model.vocab: id " + std::to_string(at), "one token",
             '"' + tokens_[at] + "\" and \"" + token + '"');
    tokens_[at] = std::move(token);
    taken[at] = true;
  }
}

std::vector<AddedToken> TokenizerJson::added_tokens() const {
  std::vector<AddedToken> tokens;
  for (const Json& token : added_list())
    tokens.push_back(
        added_token_of(token, file_ + ": added_tokens, entry " + std::to_string(tokens.size())));
  return tokens;
}

std::map<std::int64_t, AddedToken> TokenizerJson::added_tokens_by_id() const {
  std::vector<AddedToken> tokens = added_tokens();
  std::map<std::int64_t, AddedToken> by_id;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const Json& entry = added_list()[i];
    if (!entry.contains("id") || !entry["id"].is_number_integer())
      refuse("added_tokens: \"" + tokens[i].content + '"', "an id", "none");
    by_id[entry["id"].get<std::int64_t>()] = std::move(tokens[i]);
  }
  return by_id;
}

const Json& TokenizerJson::added_list() const {
  static const Json none = Json::array();
  const Json& list = component("added_tokens");
  if (list.is_null()) return none;
  if (!list.is_array()) refuse("added_tokens", "a list", kind_of(list));
  return list;
}

std::optional<std::string> TokenizerJson::padding_token() const {
  const Json& padding = component("padding");
  if (!padding.is_object() || !padding.contains("pad_token") || !padding["pad_token"].is_string())
    return std::nullopt;
  return padding["pad_token"].get<std::string>();
}

Index TokenizerJson::max_word_characters() const {
  const Json& model = component("model");
  if (!model.contains("max_input_chars_per_word")) return 100;
  const Json& most = model["max_input_chars_per_word"];
  if (!most.is_number_unsigned() ||
      most.get<std::uint64_t>() > std::uint64_t{std::numeric_limits<std::int32_t>::max()})
    refuse("model.max_input_chars_per_word", "a number of characters",
           most.is_number() ? most.dump() : kind_of(most));
  return most.get<Index>();
}

const Json& TokenizerJson::normalizer() const {
  return alone(component("normalizer"), "normalizers");
}
const Json& TokenizerJson::pre_tokenizer() const {
  return alone(component("pre_tokenizer"), "pretokenizers");
}
const Json& TokenizerJson::post_processor() const {
  return alone(component("post_processor"), "processors");
}

WordpieceOptions TokenizerJson::options() const {
  WordpieceOptions options{.compat = Compat::hf, .max_word_characters = max_word_characters()};
  const Json& own = normalizer();
  const bool none = own.is_null();
  if (!none) check_normalizer();
  options.clean_text = !none && flag(own, "clean_text", true);
  options.handle_chinese_chars = !none && flag(own, "handle_chinese_chars", true);
  options.lower_case = !none && flag(own, "lowercase", true);
  if (none)
    options.strip_accents = false;
  else if (own.contains("strip_accents") && !own["strip_accents"].is_null())
    options.strip_accents = flag(own, "strip_accents", false);
  check_pre_tokenizer();
  check_post_processor();
  expect_text("unk_token", "[UNK]");
  return options;
}

void TokenizerJson::check_components() const {
  if (!normalizer().is_null()) check_normalizer();
  if (!pre_tokenizer().is_null()) check_pre_tokenizer();
  if (!post_processor().is_null()) check_post_processor();
}

void TokenizerJson::check_normalizer() const {
  if (const std::string type = type_of(normalizer()); type != "BertNormalizer")
    refuse("normalizer", "BertNormalizer", type);
}

void TokenizerJson::check_pre_tokenizer() const {
  if (const std::string type = type_of(pre_tokenizer()); type != "BertPreTokenizer")
    refuse("pre_tokenizer", "BertPreTokenizer", type);
}

void TokenizerJson::check_post_processor() const {
  const Json& processor = post_processor();
  const std::string type = type_of(processor);
  if (type == "BertProcessing") {
    for (const auto& [key, name] : {std::pair{"cls", "[CLS]"}, std::pair{"sep", "[SEP]"}})
      if (const Json& token = processor.contains(key) ? processor[key] : nothing;
          !token.is_array() || token.empty() || token[0] != name)
        refuse(std::string("post_processor.") + key, name, token.dump());
    return;
  }
  if (type != "TemplateProcessing")
    refuse("post_processor", "TemplateProcessing or BertProcessing", type);
  const Json& single = processor.contains("single") ? processor["single"] : nothing;
  if (names_in(single) != std::vector<std::string>{"[CLS]", "A", "[SEP]"})
    refuse("post_processor.single", "[CLS], the text, [SEP]", single.dump());
}

void TokenizerJson::check_ids(const Vocabulary& vocabulary) const {
  const Json& processor = post_processor();
  const bool is_template = type_of(processor) == "TemplateProcessing";
  for (const auto& [key, name, id] : {std::tuple{"cls", "[CLS]", vocabulary.cls()},
                                      std::tuple{"sep", "[SEP]", vocabulary.sep()}}) {
    const Json::json_pointer place(is_template ? std::string("/special_tokens/") + name + "/ids/0"
                                               : std::string("/") + key + "/1");
    const Json& found = processor.contains(place) ? processor[place] : nothing;
    if (found != id)
      refuse("post_processor: the id of " + std::string(name), std::to_string(id), found.dump());
  }
}

AddedToken added_token_of(const Json& json, const std::string& where) {
  if (json.is_string())
    return {.content = json.get<std::string>(), .special = true, .normalized = false};
  if (!json.is_object() || !json.contains("content") || !json["content"].is_string())
    throw IoError(where + ": expected a token or an object with its content, found " +
                  kind_of(json));
  const auto flag = [&](const char* key, bool otherwise) {
    if (!json.contains(key)) return otherwise;
    if (!json[key].is_boolean())
      throw IoError(where + ": " + key + ": expected true or false, found " + kind_of(json[key]));
    return json[key].get<bool>();
  };
  AddedToken token{.content = json["content"].get<std::string>(),
                   .special = flag("special", false)};
  token.single_word = flag("single_word", false);
  token.lstrip = flag("lstrip", false);
  token.rstrip = flag("rstrip", false);
  token.normalized = flag("normalized", !token.special);
  return token;
}

}  // namespace electra
