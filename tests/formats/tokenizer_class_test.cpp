#include "formats/tokenizer_class.h"

#include <catch2/catch.hpp>

using namespace electra;

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
