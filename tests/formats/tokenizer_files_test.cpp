#include "electra/formats/tokenizer_files.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "electra/core/error.h"
#include "electra/core/file.h"
#include "support/temporary_folder.h"

using namespace electra;
using namespace electra::test;
using Catch::Contains;

namespace {

Vocabulary some_vocabulary() {
  return Vocabulary::from_tokens({"[PAD]", "[unused0]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the",
                                  "##s", "\u4e2d", "\"", "\\"});
}

nlohmann::json json_in(const TemporaryFolder& folder, const char* file) {
  return nlohmann::json::parse(read_file(folder / file));
}

/// What a directory with this vocabulary and this text in a file says of its tokenizer.
WordpieceOptions options_with(const char* file, const std::string& text) {
  const TemporaryFolder folder;
  some_vocabulary().save(folder / "vocab.txt");
  write_file(folder / file, text);
  return load_tokenizer(folder.path()).options;
}

std::string refusal_of(const char* file, const std::string& text) {
  return message_of<IoError>([&] { (void)options_with(file, text); });
}

}  // namespace

TEST_CASE("a tokenizer is loaded as it was saved", "[tokenizer_files][law]") {
  const bool lower_case = GENERATE(true, false);
  const auto strip_accents =
      GENERATE(std::optional<bool>(), std::optional(true), std::optional(false));
  const Compat compat = GENERATE(Compat::google, Compat::hf);
  const bool cut_long_words = GENERATE(true, false);
  const TemporaryFolder folder;
  save_tokenizer(folder / "below/model", some_vocabulary(),
                 {.compat = compat,
                  .lower_case = lower_case,
                  .strip_accents = strip_accents,
                  .cut_long_words = cut_long_words},
                 128);
  const StoredTokenizer found = load_tokenizer(folder / "below/model");
  CHECK(found.vocabulary.tokens() == some_vocabulary().tokens());
  CHECK(found.options.compat == compat);
  CHECK(found.options.lower_case == lower_case);
  CHECK(found.options.strip_accents == strip_accents);
  CHECK(found.options.cut_long_words == cut_long_words);
}

TEST_CASE("what transformers makes otherwise of a tokenizer's files is told", "[tokenizer_files]") {
  CHECK(differences_of_transformers({}).empty());
  const auto lines = differences_of_transformers({.compat = Compat::hf, .cut_long_words = true});
  REQUIRE(lines.size() == 1);
  CHECK_THAT(lines[0], Contains("one [UNK] of each word of more than 100 characters") &&
                           Contains("vocabulary.cut_long_words"));
  // And who does not cut finds the same files as before.
  const TemporaryFolder folder;
  save_tokenizer(folder.path(), some_vocabulary(), {}, 128);
  CHECK_FALSE(json_in(folder, "tokenizer_config.json").contains("cut_long_words"));
}

TEST_CASE("what is saved for the fast tokenizer agrees with the vocabulary", "[tokenizer_files]") {
  const TemporaryFolder folder;
  save_tokenizer(folder.path(), some_vocabulary(), {}, 128);
  const nlohmann::json fast = json_in(folder, "tokenizer.json");
  const nlohmann::json& ids = fast["model"]["vocab"];
  CHECK(ids.size() == 11);
  for (std::int32_t id = 0; id < 11; ++id) CHECK(ids[some_vocabulary().token(id)] == id);
  std::vector<std::int32_t> special;
  for (const auto& token : fast["added_tokens"]) {
    CHECK(ids[token["content"].get<std::string>()] == token["id"]);
    special.push_back(token["id"]);
  }
  CHECK(special == std::vector<std::int32_t>{0, 2, 3, 4, 5});
  CHECK(fast["post_processor"]["special_tokens"]["[CLS]"]["ids"] == nlohmann::json{3});
  CHECK(fast["post_processor"]["special_tokens"]["[SEP]"]["ids"] == nlohmann::json{4});
  CHECK(fast["model"]["max_input_chars_per_word"] == WordpieceOptions{}.longest_word());
  CHECK(fast["normalizer"]["lowercase"] == true);
  CHECK(json_in(folder, "tokenizer_config.json")["model_max_length"] == 128);
}

TEST_CASE("a directory that says nothing of its tokenizer has google's", "[tokenizer_files]") {
  const TemporaryFolder folder;
  some_vocabulary().save(folder / "vocab.txt");
  const auto is_google = [](const WordpieceOptions& options) {
    return options.compat == Compat::google && options.lower_case && !options.strip_accents;
  };
  CHECK(is_google(load_tokenizer(folder.path()).options));
  CHECK(is_google(options_with("tokenizer_config.json", "{}")));
  CHECK(is_google(
      options_with("tokenizer_config.json", R"({"do_lower_case":null,"strip_accents":null})")));
  CHECK(is_google(options_with("tokenizer.json", R"({"model":[]})")));
}

TEST_CASE("files of a tokenizer that do not fit are refused by file and key", "[tokenizer_files]") {
  CHECK_THAT(refusal_of("tokenizer_config.json", R"({"do_lower_case":1})"),
             Contains("tokenizer_config.json: do_lower_case: expected true, false or null, found "
                      "the number 1"));
  CHECK_THAT(refusal_of("tokenizer_config.json", R"({"strip_accents":"no"})"),
             Contains("tokenizer_config.json: strip_accents") && Contains("\"no\""));
  CHECK_THAT(refusal_of("tokenizer_config.json", R"({"cut_long_words":1})"),
             Contains("tokenizer_config.json: cut_long_words: expected true, false or null"));
  CHECK_THAT(refusal_of("tokenizer_config.json", R"({"tokenize_chinese_chars":false})"),
             Contains("tokenizer_config.json: tokenize_chinese_chars: expected true, found false"));
  CHECK_THAT(refusal_of("tokenizer_config.json", "[]"),
             Contains("tokenizer_config.json: expected a JSON object"));
  CHECK_THAT(refusal_of("tokenizer.json", "{"), Contains("tokenizer.json: not JSON"));
  const TemporaryFolder folder;
  CHECK_THAT(message_of<IoError>([&] { (void)load_tokenizer(folder.path()); }),
             Contains((folder / "vocab.txt").string()));
}
