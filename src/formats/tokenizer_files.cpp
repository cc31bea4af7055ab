#include "electra/formats/tokenizer_files.h"

#include <algorithm>
#include <array>
#include <system_error>

#include "electra/core/error.h"
#include "electra/core/file.h"
#include "io/json.h"

namespace electra {

namespace {

namespace fs = std::filesystem;

struct Special {
  const char* key;
  const char* text;
};
constexpr std::array specials{Special{"pad_token", "[PAD]"}, Special{"unk_token", "[UNK]"},
                              Special{"cls_token", "[CLS]"}, Special{"sep_token", "[SEP]"},
                              Special{"mask_token", "[MASK]"}};

/// Ours alone: transformers keeps it and does nothing with it.
constexpr const char* cut_long_words_key = "cut_long_words";

OrderedJson strip_accents_json(const WordpieceOptions& options) {
  return options.strip_accents ? OrderedJson(*options.strip_accents) : OrderedJson(nullptr);
}

OrderedJson added_tokens(const Vocabulary& vocabulary) {
  std::vector<std::pair<std::int32_t, std::string>> order;
  for (const Special& special : specials)
    order.emplace_back(*vocabulary.find(special.text), special.text);
  std::sort(order.begin(), order.end());
  OrderedJson tokens = OrderedJson::array();
  for (const auto& [id, text] : order)
    tokens.push_back({{"id", id},
                      {"content", text},
                      {"single_word", false},
                      {"lstrip", false},
                      {"rstrip", false},
                      {"normalized", false},
                      {"special", true}});
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

OrderedJson tokenizer_json(const Vocabulary& vocabulary, const WordpieceOptions& options) {
  OrderedJson ids = OrderedJson::object();
  for (Index id = 0; id < vocabulary.size(); ++id)
    ids[vocabulary.token(static_cast<std::int32_t>(id))] = id;
  return {{"version", "1.0"},
          {"truncation", nullptr},
          {"padding", nullptr},
          {"added_tokens", added_tokens(vocabulary)},
          {"normalizer",
           {{"type", "BertNormalizer"},
            {"clean_text", true},
            {"handle_chinese_chars", true},
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

OrderedJson tokenizer_config(const WordpieceOptions& options, Index positions) {
  OrderedJson config{{"tokenizer_class", "ElectraTokenizer"},
                     {"do_lower_case", options.lower_case},
                     {"strip_accents", strip_accents_json(options)},
                     {"tokenize_chinese_chars", true},
                     {"model_max_length", positions}};
  if (options.cut_long_words) config[cut_long_words_key] = true;
  for (const Special& special : specials) config[special.key] = special.text;
  return config;
}

bool is_there(const fs::path& file) {
  std::error_code unknown;  // then it is not there for us
  return fs::exists(file, unknown);
}

void read_config(const fs::path& file, WordpieceOptions& options) {
  const Json json = parse_json_object(read_file(file), file.string());
  const auto flag = [&](const char* key) -> std::optional<bool> {
    if (!json.contains(key) || json[key].is_null()) return std::nullopt;
    if (!json[key].is_boolean())
      throw IoError(file.string() + ": " + key + ": expected true, false or null, found " +
                    kind_of(json[key]));
    return json[key].get<bool>();
  };
  options.lower_case = flag("do_lower_case").value_or(true);
  options.strip_accents = flag("strip_accents");
  options.cut_long_words = flag(cut_long_words_key).value_or(false);
  if (!flag("tokenize_chinese_chars").value_or(true))
    throw IoError(file.string() + ": tokenize_chinese_chars: expected true, found false");
}

}  // namespace

void save_tokenizer(const fs::path& directory, const Vocabulary& vocabulary,
                    const WordpieceOptions& options, Index positions) {
  make_folders(directory);
  vocabulary.save(directory / "vocab.txt");
  write_file(directory / "tokenizer.json", tokenizer_json(vocabulary, options).dump(2) + "\n");
  write_file(directory / "tokenizer_config.json",
             tokenizer_config(options, positions).dump(2) + "\n");
}

std::vector<std::string> differences_of_transformers(const WordpieceOptions& options) {
  std::vector<std::string> lines;
  if (options.cut_long_words)
    lines.push_back("transformers makes one [UNK] of each word of more than " +
                    std::to_string(options.longest_word()) +
                    " characters, where libelectra cuts it into pieces of " +
                    std::to_string(WordpieceOptions::long_word_piece) +
                    " (vocabulary.cut_long_words): cut such words yourself, or put spaces between "
                    "them, for the same ids there");
  return lines;
}

StoredTokenizer load_tokenizer(const fs::path& directory) {
  WordpieceOptions options;
  if (const fs::path file = directory / "tokenizer_config.json"; is_there(file))
    read_config(file, options);
  if (const fs::path file = directory / "tokenizer.json"; is_there(file)) {
    const Json json = parse_json_object(read_file(file), file.string());
    const Json::json_pointer longest("/model/max_input_chars_per_word");
    if (json.contains(longest) && json[longest] == 100) options.compat = Compat::hf;
  }
  return {Vocabulary::load(directory / "vocab.txt"), options};
}

}  // namespace electra
