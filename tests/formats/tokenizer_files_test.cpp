#include "electra/formats/tokenizer_files.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "electra/core/error.h"
#include "electra/core/file.h"
#include "formats/tokenizer_directory.h"
#include "support/temporary_folder.h"

using namespace electra;
using namespace electra::test;
using Catch::Contains;
namespace fs = std::filesystem;

namespace {

nlohmann::json json_in(const TemporaryFolder& folder, const char* file) {
  return nlohmann::json::parse(read_file(folder / file));
}

nlohmann::json added(const std::string& content, int id) {
  return {{"id", id},        {"content", content}, {"single_word", false}, {"lstrip", false},
          {"rstrip", false}, {"normalized", true}, {"special", false}};
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
  // google's tokenizer strips nothing where it does not lower-case, and the files say so.
  const bool ignored = compat == Compat::google && !lower_case && strip_accents == true;
  CHECK(found.options.strip_accents == (ignored ? std::optional(false) : strip_accents));
  CHECK(found.options.cut_long_words == cut_long_words);
  CHECK(found.options.longest_word() == (compat == Compat::google ? 200 : 100));
  CHECK(found.added.size() == 5);
}

TEST_CASE("a directory of ours of before there was its key is read as it was",
          "[tokenizer_files]") {
  const TemporaryFolder folder;
  save_tokenizer(folder.path(), some_vocabulary(), {}, 128);
  nlohmann::json config = json_in(folder, "tokenizer_config.json");
  CHECK(config["compat"] == "google");
  // transformers would take ElectraTokenizer for BertTokenizer, which knows no word of 200.
  CHECK(config["tokenizer_class"] == "PreTrainedTokenizerFast");
  // As BertTokenizer does by itself.
  CHECK(config["model_input_names"][1] == "token_type_ids");
  config.erase("model_input_names");
  config.erase("compat");
  config["tokenizer_class"] = "ElectraTokenizer";
  write_file(folder / "tokenizer_config.json", config.dump());
  CHECK(load_tokenizer(folder.path()).options.compat == Compat::google);
  config["backend"] = "tokenizers";  // no key of ours
  write_file(folder / "tokenizer_config.json", config.dump());
  CHECK(load_tokenizer(folder.path()).options.compat == Compat::hf);
}

TEST_CASE("what transformers makes otherwise of a tokenizer's files is told", "[tokenizer_files]") {
  CHECK(differences_of_transformers({}, some_vocabulary()).empty());
  const auto lines = differences_of_transformers({.compat = Compat::hf, .cut_long_words = true},
                                                 some_vocabulary());
  REQUIRE(lines.size() == 1);
  CHECK_THAT(lines[0], Contains("one [UNK] of each word of more than 100 characters") &&
                           Contains("vocabulary.cut_long_words"));
  // And who does not cut finds the same files as before.
  const TemporaryFolder folder;
  save_tokenizer(folder.path(), some_vocabulary(), {}, 128);
  CHECK_FALSE(json_in(folder, "tokenizer_config.json").contains("cut_long_words"));
}

TEST_CASE("the final sigma is told of where the vocabulary has one", "[tokenizer_files]") {
  const Vocabulary greek = Vocabulary::from_tokens({"\u03bf\u03b4\u03bf\u03c2"});
  const auto lines = differences_of_transformers({}, greek);
  REQUIRE(lines.size() == 1);
  CHECK_THAT(lines[0], Contains("\u03c2") && Contains("vocabulary.compat=hf"));
  CHECK(differences_of_transformers({.compat = Compat::hf}, greek).empty());
  CHECK(differences_of_transformers({.lower_case = false}, greek).empty());
}

TEST_CASE("signs that are newer than transformers' tables are told of", "[tokenizer_files]") {
  const Vocabulary arabic = Vocabulary::from_tokens({"\u061d", "a\u2e52"});
  const auto lines = differences_of_transformers({}, arabic);
  REQUIRE(lines.size() == 1);
  CHECK_THAT(lines[0], Contains("\u061d and 1 more"));
  CHECK(differences_of_transformers({.compat = Compat::hf}, arabic).empty());
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

TEST_CASE("a directory that says nothing of its tokenizer has BertTokenizer's",
          "[tokenizer_files]") {
  const auto is_usual = [](const WordpieceOptions& options) {
    return options.compat == Compat::hf && options.lower_case && !options.strip_accents &&
           options.handle_chinese_chars && options.clean_text && options.longest_word() == 100;
  };
  CHECK(is_usual(Directory({}).load().options));
  CHECK(is_usual(options_with("tokenizer_config.json", "{}")));
  CHECK(is_usual(
      options_with("tokenizer_config.json", R"({"do_lower_case":null,"strip_accents":null})")));
  // Even where a tokenizer.json says something else.
  CHECK(is_usual(options_with("tokenizer.json", some_json().dump())));
}

TEST_CASE("the class of a tokenizer says whose settings hold", "[tokenizer_files]") {
  const std::string json = some_json().dump();
  const Directory components(
      {{"tokenizer.json", json}, {"tokenizer_config.json", components_decide}});
  const WordpieceOptions found = components.load().options;
  CHECK(found.compat == Compat::hf);
  CHECK_FALSE(found.lower_case);
  CHECK_FALSE(found.handle_chinese_chars);
  CHECK_FALSE(found.clean_text);
  CHECK(found.longest_word() == 7);
  const Directory settings(
      {{"tokenizer.json", json},
       {"tokenizer_config.json",
        R"({"tokenizer_class":"BertTokenizerFast","tokenize_chinese_chars":false})"}});
  CHECK(settings.load().options.lower_case);
  CHECK_FALSE(settings.load().options.handle_chinese_chars);
  CHECK(settings.load().options.longest_word() == 100);
  // config.json's class counts where tokenizer_config.json has none.
  CHECK(Directory({{"tokenizer.json", json}, {"config.json", components_decide}})
            .load()
            .options.longest_word() == 7);
}

TEST_CASE("tokenizer.json alone is a tokenizer", "[tokenizer_files]") {
  const Directory directory({{"tokenizer.json", some_json().dump()}});
  fs::remove(directory.folder / "vocab.txt");
  CHECK(directory.load().vocabulary.tokens() == some_vocabulary().tokens());
  CHECK(vocabulary_file(directory.folder.path()) == directory.folder / "tokenizer.json");
  CHECK(load_vocabulary(directory.folder / "tokenizer.json").size() == 11);
}

TEST_CASE("added tokens have the ids that transformers gives them", "[tokenizer_files]") {
  nlohmann::json json = some_json();
  json["added_tokens"].push_back(added("the", 6));
  json["added_tokens"].push_back(added("covid", 40));
  const auto id_of = [](const StoredTokenizer& tokenizer, const std::string& content) {
    for (const AddedToken& token : tokenizer.added)
      if (token.content == content) return token.id;
    return std::int32_t{-1};
  };
  const StoredTokenizer found = Directory({{"tokenizer.json", json.dump()}}).load();
  CHECK(id_of(found, "the") == 6);
  CHECK(id_of(found, "covid") == 11);  // behind the vocabulary, whatever the file says
  CHECK(id_of(found, "[MASK]") == 5);
  const StoredTokenizer older =
      Directory({{"added_tokens.json", R"({"b":12,"a":11})"},
                 {"special_tokens_map.json", R"({"additional_special_tokens":["c"]})"}})
          .load();
  CHECK(id_of(older, "a") == 11);
  CHECK(id_of(older, "b") == 12);
  CHECK(id_of(older, "c") == 13);
  // All that counts of a tokenizer.json's padding is its token's name.
  json["added_tokens"] = nlohmann::json::array();
  const Directory silent(
      {{"tokenizer.json", json.dump()}, {"tokenizer_config.json", components_decide}});
  CHECK(silent.load().added.empty());
  json["padding"] = {{"pad_token", "[PAD]"}};
  const Directory pads(
      {{"tokenizer.json", json.dump()}, {"tokenizer_config.json", components_decide}});
  CHECK(id_of(pads.load(), "[PAD]") == 0);
  // Where there is an added_tokens_decoder, the older files are not looked at.
  const StoredTokenizer newer =
      Directory({{"added_tokens.json", R"({"b":12,"a":11})"},
                 {"tokenizer_config.json", R"({"added_tokens_decoder":{"11":{"content":"d"}}})"}})
          .load();
  CHECK(id_of(newer, "a") == -1);
  CHECK(id_of(newer, "d") == 11);
}

TEST_CASE("files of a tokenizer that do not fit are refused by file and key", "[tokenizer_files]") {
  CHECK_THAT(refusal_of("tokenizer_config.json", R"({"do_lower_case":1})"),
             Contains("tokenizer_config.json: do_lower_case: expected true, false or null, found "
                      "the number 1"));
  CHECK_THAT(refusal_of("tokenizer_config.json", R"({"strip_accents":"no"})"),
             Contains("tokenizer_config.json: strip_accents") && Contains("\"no\""));
  CHECK_THAT(refusal_of("tokenizer_config.json", R"({"cut_long_words":1})"),
             Contains("tokenizer_config.json: cut_long_words: expected true, false or null"));
  CHECK_THAT(refusal_of("tokenizer_config.json", R"({"compat":"python"})"),
             Contains("compat") && Contains("python"));
  CHECK_THAT(refusal_of("tokenizer_config.json", R"({"tokenizer_class":3})"),
             Contains("tokenizer_class: expected a string"));
  CHECK_THAT(
      refusal_of("tokenizer_config.json", R"({"added_tokens_decoder":{"x":{"content":"a"}}})"),
      Contains("added_tokens_decoder: expected an id"));
  CHECK_THAT(refusal_of("tokenizer_config.json", R"({"added_tokens_decoder":{"1":{}}})"),
             Contains("added_tokens_decoder: 1"));
  CHECK_THAT(refusal_of("added_tokens.json", R"({"a":"b"})"), Contains("added_tokens.json: a"));
  CHECK_THAT(refusal_of("tokenizer_config.json", "[]"),
             Contains("tokenizer_config.json: expected a JSON object"));
  CHECK_THAT(refusal_of("tokenizer.json", "{"), Contains("tokenizer.json: not JSON"));
  const TemporaryFolder folder;
  CHECK_THAT(message_of<IoError>([&] { (void)load_tokenizer(folder.path()); }),
             Contains((folder / "vocab.txt").string()));
}
