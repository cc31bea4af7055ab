#include "electra/formats/tokenizer_files.h"

#include <algorithm>
#include <array>
#include <set>
#include <system_error>

#include "data/characters.h"
#include "electra/core/error.h"
#include "electra/core/file.h"
#include "electra/data/unicode.h"
#include "formats/added_token_files.h"
#include "formats/tokenizer_class.h"
#include "formats/tokenizer_export.h"
#include "formats/tokenizer_json.h"
#include "formats/tokenizer_length.h"

namespace electra {

namespace {

namespace fs = std::filesystem;

/// What a file of ours said before there was the key `compat`.
constexpr std::array keys_of_before{
    "tokenizer_class",  "do_lower_case", "strip_accents", "tokenize_chinese_chars",
    "model_max_length", "pad_token",     "unk_token",     "cls_token",
    "sep_token",        "mask_token"};

bool is_there(const fs::path& file) {
  std::error_code unknown;  // then it is not there for us
  return fs::exists(file, unknown);
}

Json object_in(const fs::path& file) {
  return is_there(file) ? parse_json_object(read_file(file), file.string()) : Json::object();
}

fs::path config_file(const TokenizerFolder& folder) {
  return folder.directory / "tokenizer_config.json";
}

[[noreturn]] void refuse(const fs::path& file, const std::string& key, const std::string& expected,
                         const Json& found) {
  throw IoError(file.string() + ": " + key + ": expected " + expected + ", found " +
                kind_of(found));
}

std::optional<bool> flag(const TokenizerFolder& folder, const char* key) {
  const Json& json = folder.config;
  if (!json.contains(key) || json[key].is_null()) return std::nullopt;
  if (!json[key].is_boolean()) refuse(config_file(folder), key, "true, false or null", json[key]);
  return json[key].get<bool>();
}

/// Whether this is a directory of ours with the tokenizer of google-research/electra.
bool is_google(const TokenizerFolder& folder) {
  const Json& config = folder.config;
  if (config.contains(compat_key)) {
    if (config[compat_key] != "google" && config[compat_key] != "hf")
      refuse(config_file(folder), compat_key, "\"google\" or \"hf\"", config[compat_key]);
    return config[compat_key] == "google";
  }
  const auto has = [&](const char* key) { return config.contains(key); };
  const std::size_t known = keys_of_before.size() + (has(cut_long_words_key) ? 1U : 0U);
  return folder.json && folder.json->max_word_characters() == 200 && config.size() == known &&
         std::ranges::all_of(keys_of_before, has) &&
         config["tokenizer_class"] == "ElectraTokenizer";
}

/// By a class that a file names.
void take_class(const std::string& name, const fs::path& file, TokenizerFolder& folder) {
  const TokenizerClass found = tokenizer_class(name);
  if (found == TokenizerClass::other)
    refuse(file, "tokenizer_class", "a BERT tokenizer such as \"ElectraTokenizer\"", name);
  const bool has_components = folder.json || is_google(folder);
  if (found == TokenizerClass::bert || (found == TokenizerClass::conv_bert && !has_components))
    return;
  if (!has_components)
    throw IoError((folder.directory / "tokenizer.json").string() +
                  ": expected by the tokenizer_class \"" + name + "\" in " + file.string() +
                  ", found no such file");
  folder.authority = TokenizerAuthority::components;
  folder.has_bert_names = found == TokenizerClass::conv_bert;
}

/// Which class a directory's tokenizer has: tokenizer_config.json says it, else config.json, else
/// it is that of ELECTRA and BERT.
void take_class(TokenizerFolder& folder) {
  const fs::path other = folder.directory / "config.json";
  for (const auto& [file, json] :
       {std::pair{config_file(folder), folder.config}, std::pair{other, object_in(other)}}) {
    if (!json.contains("tokenizer_class") || json["tokenizer_class"].is_null()) continue;
    const Json& found = json["tokenizer_class"];
    if (!found.is_string()) refuse(file, "tokenizer_class", "a string", found);
    return take_class(found.get<std::string>(), file, folder);
  }
}

WordpieceOptions settings_of(const TokenizerFolder& folder) {
  const auto named = [&](const char* key, const char* name) {
    const Json& json = folder.config;
    if (!json.contains(key) || json[key].is_null()) return;
    const AddedToken token = added_token_of(json[key], config_file(folder).string() + ": " + key);
    if (token.content != name)
      refuse(config_file(folder), key, std::string("\"") + name + '"', token.content);
  };
  named("unk_token", "[UNK]");
  named("cls_token", "[CLS]");
  named("sep_token", "[SEP]");
  return {.compat = Compat::hf,
          .lower_case = flag(folder, "do_lower_case").value_or(true),
          .strip_accents = flag(folder, "strip_accents"),
          .handle_chinese_chars = flag(folder, "tokenize_chinese_chars").value_or(true)};
}

WordpieceOptions options_of(const TokenizerFolder& folder) {
  const bool components = folder.authority == TokenizerAuthority::components && folder.json;
  if (folder.json && !components) folder.json->check_components();
  WordpieceOptions options = components ? folder.json->options() : settings_of(folder);
  options.cut_long_words = flag(folder, cut_long_words_key).value_or(false);
  if (is_google(folder)) {
    options.compat = Compat::google;
    options.max_word_characters = std::nullopt;
  }
  if (options.max_word_characters == WordpieceOptions{.compat = options.compat}.longest_word())
    options.max_word_characters = std::nullopt;
  return options;
}

/// The vocabulary of a tokenizer.json, with those of its special tokens that come right behind it.
Vocabulary vocabulary_of(const TokenizerJson& json, const fs::path& file) {
  std::vector<std::string> tokens = json.tokens();
  for (const auto& [id, token] : json.added_tokens_by_id())
    if (token.special && id == static_cast<std::int64_t>(tokens.size()))
      tokens.push_back(token.content);
  Vocabulary vocabulary = Vocabulary::from_tokens(std::move(tokens), file.string());
  vocabulary.check_special_tokens();
  return vocabulary;
}

/// How many entries transformers counts in a vocab.txt: tokens, and one for empty lines at its end.
Index entries_of(const Vocabulary& vocabulary, const fs::path& file) {
  Index entries = 0;
  for (Index id = 0; id < vocabulary.size(); ++id) {
    const auto at = static_cast<std::int32_t>(id);
    entries += vocabulary.find(vocabulary.token(at)) == at ? 1 : 0;
  }
  const std::string text = read_file(file);
  const std::size_t end = std::string_view(text).substr(0, text.size() - 1).find_last_of('\n');
  const bool empty_line = text.ends_with('\n') && end != std::string::npos &&
                          strip(std::string_view(text).substr(end)).empty();
  return entries + (empty_line && !vocabulary.find("") ? 1 : 0);
}

/// Characters of the vocabulary that are words of their own for one of the two alone.
std::set<char32_t> split_otherwise(const Vocabulary& vocabulary) {
  std::set<char32_t> codes;
  for (const std::string& token : vocabulary.tokens())
    for (std::string_view rest = token; !rest.empty();) {
      const Decoded character = decode_first(rest);
      rest.remove_prefix(static_cast<std::size_t>(character.bytes));
      const auto is_word = [&](Compat compat) {
        return is_punctuation(character.code, compat) || is_ideograph(character.code, compat);
      };
      if (character.valid() && is_word(Compat::google) != is_word(Compat::hf))
        codes.insert(character.code);
    }
  return codes;
}

}  // namespace

void save_tokenizer(const fs::path& directory, const Vocabulary& vocabulary,
                    const WordpieceOptions& options, Index positions,
                    std::span<const AddedToken> added) {
  make_folders(directory);
  vocabulary.save(directory / "vocab.txt");
  write_file(directory / "tokenizer.json",
             tokenizer_json(vocabulary, options, added).dump(2) + "\n");
  save_tokenizer_config(directory, vocabulary, options, positions, added);
}

void save_tokenizer_config(const fs::path& directory, const Vocabulary& vocabulary,
                           const WordpieceOptions& options, Index positions,
                           std::span<const AddedToken> added) {
  write_file(directory / "tokenizer_config.json",
             tokenizer_config(vocabulary, options, positions, added).dump(2) + "\n");
}

std::vector<std::string> differences_of_transformers(const WordpieceOptions& options,
                                                     const Vocabulary& vocabulary) {
  std::vector<std::string> lines;
  if (options.cut_long_words)
    lines.push_back("transformers makes one [UNK] of each word of more than " +
                    std::to_string(options.longest_word()) +
                    " characters, where libelectra cuts it into pieces of " +
                    std::to_string(WordpieceOptions::long_word_piece) +
                    " (vocabulary.cut_long_words): cut such words yourself, or put spaces between "
                    "them, for the same ids there");
  const auto has_sigma = [](const std::string& token) {
    return token.find("\u03c3") != std::string::npos || token.find("\u03c2") != std::string::npos;
  };
  if (options.compat == Compat::google && options.lower_case &&
      std::ranges::any_of(vocabulary.tokens(), has_sigma))
    lines.push_back(
        "transformers makes \u03c3 of every \u03a3, where libelectra makes \u03c2 of one that ends "
        "a "
        "word, as google-research/electra does: Greek words in capitals get other ids there. For "
        "the same ids train with vocabulary.compat=hf");
  if (const auto codes = split_otherwise(vocabulary);
      options.compat == Compat::google && !codes.empty()) {
    std::string first;
    append_utf8(first, *codes.begin());
    lines.push_back("transformers has tables of Unicode 8, to which " + first + " and " +
                    std::to_string(codes.size() - 1) +
                    " more characters of the vocabulary are no words of their own, or are so "
                    "without being it here: words with them get other ids there. For the same ids "
                    "train with vocabulary.compat=hf");
  }
  return lines;
}

StoredTokenizer load_tokenizer(const fs::path& directory) {
  TokenizerFolder folder{.directory = directory, .config = {}, .json = {}};
  folder.config = object_in(config_file(folder));
  const fs::path file = vocabulary_file(directory);
  if (file.extension() == ".json") folder.json.emplace(file);
  take_class(folder);
  const WordpieceOptions options = options_of(folder);
  Vocabulary vocabulary = folder.json ? vocabulary_of(*folder.json, file) : Vocabulary::load(file);
  if (folder.json && folder.authority == TokenizerAuthority::components)
    folder.json->check_ids(vocabulary);
  const Index entries = folder.json ? folder.json->entries() : entries_of(vocabulary, file);
  std::vector<AddedToken> added = added_tokens_of(folder, vocabulary, entries);
  return {std::move(vocabulary), options, std::move(added), stored_length(folder)};
}

StoredTokenizer load_tokenizer(const fs::path& directory, Index rows) {
  StoredTokenizer tokenizer = load_tokenizer(directory);
  if (tokenizer.vocabulary.size() > rows)
    throw IoError(tokenizer.vocabulary.source() +
                  ": expected at most vocab_size = " + std::to_string(rows) + " tokens, found " +
                  std::to_string(tokenizer.vocabulary.size()));
  return tokenizer;
}

Vocabulary load_vocabulary(const fs::path& file) {
  return file.extension() == ".json" ? vocabulary_of(TokenizerJson(file), file)
                                     : Vocabulary::load(file);
}

fs::path vocabulary_file(const fs::path& directory) {
  const fs::path json = directory / "tokenizer.json";
  return is_there(json) ? json : directory / "vocab.txt";
}

}  // namespace electra
