#include "formats/tokenizer_class.h"

#include <catch2/catch.hpp>

#include "formats/tokenizer_directory.h"

using namespace electra;
using namespace electra::test;
using Catch::Contains;

TEST_CASE("a tokenizer's class is what transformers makes of its name", "[tokenizer_class]") {
  for (const char* name : {"BertTokenizer", "ElectraTokenizerFast", "DistilBertTokenizer"})
    CHECK(tokenizer_class(name) == TokenizerClass::bert);
  for (const char* name : {"PreTrainedTokenizerFast", "PreTrainedTokenizer", "TokenizersBackend",
                           "KoBertTokenizer", "RetriBertTokenizerFast", "Mine"})
    CHECK(tokenizer_class(name) == TokenizerClass::components);
  for (const char* name : {"ConvBertTokenizer", "ConvBertTokenizerFast"})
    CHECK(tokenizer_class(name) == TokenizerClass::conv_bert);
  for (const char* name : {"AlbertTokenizer", "BertJapaneseTokenizer", "RoFormerTokenizerFast",
                           "XLNetTokenizer", "BertTokenizerLegacy"})
    CHECK(tokenizer_class(name) == TokenizerClass::other);
}

TEST_CASE("a class that transformers does not have is read by the components of tokenizer.json",
          "[tokenizer_class]") {
  const std::string json = some_json().dump();
  for (const char* name : {"KoBertTokenizer", "ConvBertTokenizerFast"}) {
    const std::string config = nlohmann::json{{"tokenizer_class", name}}.dump();
    CHECK(Directory({{"tokenizer.json", json}, {"tokenizer_config.json", config}})
              .load()
              .options.longest_word() == 7);
  }
  // ConvBertTokenizer takes a vocab.txt as BertTokenizer does, and its special tokens in any case.
  nlohmann::json bare = some_json();
  bare["added_tokens"] = nlohmann::json::array();
  for (const auto& [name, count] : {std::pair{"KoBertTokenizer", 0U}, {"ConvBertTokenizer", 5U}})
    CHECK(Directory({{"tokenizer.json", bare.dump()},
                     {"tokenizer_config.json", nlohmann::json{{"tokenizer_class", name}}.dump()}})
              .load()
              .added.size() == count);
  CHECK(options_with("tokenizer_config.json",
                     R"({"tokenizer_class":"ConvBertTokenizer","do_lower_case":false})")
            .lower_case == false);
}

TEST_CASE("another tokenizer's class is refused by name", "[tokenizer_class]") {
  for (const char* name : {"BertJapaneseTokenizer", "XLMRobertaTokenizerFast", "KoBertTokenizer"})
    for (const char* file : {"tokenizer_config.json", "config.json"})
      CHECK_THAT(refusal_of(file, nlohmann::json{{"tokenizer_class", name}}.dump()),
                 Contains(file) && Contains("tokenizer_class") && Contains(name));
  CHECK_THAT(refusal_of("tokenizer_config.json", components_decide),
             Contains("tokenizer.json: expected by the tokenizer_class"));
  CHECK_THAT(refusal_of("tokenizer_config.json", R"({"cls_token":"<s>"})"),
             Contains("cls_token") && Contains("<s>"));
}
