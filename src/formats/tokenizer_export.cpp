#include "formats/tokenizer_export.h"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

namespace electra {

namespace {

struct Special {
  const char* key;
  const char* text;
};
constexpr std::array specials{Special{"pad_token", "[PAD]"}, Special{"unk_token", "[UNK]"},
                              Special{"cls_token", "[CLS]"}, Special{"sep_token", "[SEP]"},
                              Special{"mask_token", "[MASK]"}};

/// What is done, which in mode google is not always what is asked for.
OrderedJson strip_accents_json(const WordpieceOptions& options) {
  if (!options.strip_accents) return nullptr;
  return *options.strip_accents && (options.lower_case || options.compat == Compat::hf);
}

constexpr std::string_view bert_class = "ElectraTokenizer";

/// The class by which transformers makes of our files what we make of them: its BertTokenizer, as
/// which it takes ElectraTokenizer, knows no other longest word than 100 and cleans every text.
std::string_view class_of(const WordpieceOptions& options) {
  const bool is_bert = options.longest_word() == 100 && options.clean_text;
  return is_bert ? bert_class : "PreTrainedTokenizerFast";
}

using AddedById = std::map<std::int32_t, AddedToken>;

AddedById special_tokens(const Vocabulary& vocabulary) {
  AddedById tokens;
  for (const Special& special : specials) {
    const std::int32_t id = *vocabulary.find(special.text);
    tokens[id] = {.content = special.text, .id = id, .special = true, .normalized = false};
  }
  return tokens;
}

/// The special tokens, and what was added to them or is otherwise than usual.
AddedById all_tokens(const Vocabulary& vocabulary, std::span<const AddedToken> added) {
  AddedById tokens = special_tokens(vocabulary);
  for (const AddedToken& token : added) tokens[token.id] = token;
  return tokens;
}

OrderedJson flags_of(const AddedToken& token) {
  return {{"content", token.content},       {"single_word", token.single_word},
          {"lstrip", token.lstrip},         {"rstrip", token.rstrip},
          {"normalized", token.normalized}, {"special", token.special}};
}

OrderedJson added_tokens(const AddedById& added) {
  OrderedJson tokens = OrderedJson::array();
  for (const auto& [id, token] : added) {
    OrderedJson entry{{"id", id}};
    entry.update(flags_of(token));
    tokens.push_back(std::move(entry));
  }
  return tokens;
}

OrderedJson template_of(std::initializer_list<std::pair<const char*, int>> parts) {
  OrderedJson list = OrderedJson::array();
  for (const auto& [id, type] : parts) {
    const char* kind = id[0] == '[' ? "SpecialToken" : "Sequence";
    list.push_back({{kind, {{"id", id}, {"type_id", type}}}});
  }
  return list;
}

OrderedJson post_processor(const Vocabulary& vocabulary) {
  OrderedJson tokens = OrderedJson::object();
  for (const auto& [text, id] :
       {std::pair{"[CLS]", vocabulary.cls()}, std::pair{"[SEP]", vocabulary.sep()}})
    tokens[text] = {
        {"id", text}, {"ids", OrderedJson::array({id})}, {"tokens", OrderedJson::array({text})}};
  return {{"type", "TemplateProcessing"},
          {"single", template_of({{"[CLS]", 0}, {"A", 0}, {"[SEP]", 0}})},
          {"pair", template_of({{"[CLS]", 0}, {"A", 0}, {"[SEP]", 0}, {"B", 1}, {"[SEP]", 1}})},
          {"special_tokens", tokens}};
}

/// Nothing where there are the usual special tokens alone.
void add_tokens(const Vocabulary& vocabulary, std::span<const AddedToken> added,
                OrderedJson& config) {
  const AddedById usual = special_tokens(vocabulary);
  const AddedById all = all_tokens(vocabulary, added);
  if (all == usual) return;
  for (const auto& [id, token] : all) {
    config["added_tokens_decoder"][std::to_string(id)] = flags_of(token);
    if (token.special && !usual.contains(id))
      config["additional_special_tokens"].push_back(token.content);
  }
  if (std::ranges::any_of(added, &AddedToken::plain)) config["split_special_tokens"] = true;
}

}  // namespace

OrderedJson tokenizer_json(const Vocabulary& vocabulary, const WordpieceOptions& options,
                           std::span<const AddedToken> added) {
  OrderedJson ids = OrderedJson::object();
  for (Index id = 0; id < vocabulary.size(); ++id)
    ids[vocabulary.token(static_cast<std::int32_t>(id))] = id;
  return {{"version", "1.0"},
          {"truncation", nullptr},
          {"padding", nullptr},
          {"added_tokens", added_tokens(all_tokens(vocabulary, added))},
          {"normalizer",
           {{"type", "BertNormalizer"},
            {"clean_text", options.clean_text},
            {"handle_chinese_chars", options.handle_chinese_chars},
            {"strip_accents", strip_accents_json(options)},
            {"lowercase", options.lower_case}}},
          {"pre_tokenizer", {{"type", "BertPreTokenizer"}}},
          {"post_processor", post_processor(vocabulary)},
          {"decoder", {{"type", "WordPiece"}, {"prefix", "##"}, {"cleanup", true}}},
          {"model",
           {{"type", "WordPiece"},
            {"unk_token", "[UNK]"},
            {"continuing_subword_prefix", "##"},
            {"max_input_chars_per_word", options.longest_word()},
            {"vocab", std::move(ids)}}}};
}

OrderedJson tokenizer_config(const Vocabulary& vocabulary, const WordpieceOptions& options,
                             Index positions, std::span<const AddedToken> added) {
  OrderedJson config{{"tokenizer_class", class_of(options)},
                     {"do_lower_case", options.lower_case},
                     {"strip_accents", strip_accents_json(options)},
                     {"tokenize_chinese_chars", options.handle_chinese_chars},
                     {"model_max_length", positions}};
  if (class_of(options) != bert_class)  // which has token types without being told
    config["model_input_names"] = {"input_ids", "token_type_ids", "attention_mask"};
  if (options.compat == Compat::google) config[compat_key] = "google";
  if (options.cut_long_words) config[cut_long_words_key] = true;
  for (const Special& special : specials) config[special.key] = special.text;
  add_tokens(vocabulary, added, config);
  return config;
}

}  // namespace electra
