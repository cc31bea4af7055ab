#include "apps/run_verb.h"
#include "electra/core/error.h"
#include "electra/data/unicode.h"
#include "electra/data/wordpiece.h"
#include "infer/saved_detector.h"
#include "infer/text_laws.h"

using namespace electra;
using namespace electra::test;
using Catch::Contains;

namespace {

const std::string nul_text("the\0ship", 8);

std::vector<std::string> texts_with_nul() {
  std::vector<std::string> texts = some_texts;
  texts.push_back(nul_text);
  return texts;
}

}  // namespace

TEST_CASE("tokenize gives the tokens of a directory's tokenizer, and where they are",
          "[tokenize][law]") {
  const TemporaryFolder folder;
  const Vocabulary vocabulary = some_vocabulary();
  save_tokenizer(folder.path(), vocabulary, {}, 8);
  const std::vector<std::string> texts = texts_with_nul();
  const auto objects = run_verb({"tokenize", folder.path(), "--json"}, lines_of(texts)).objects();
  REQUIRE(objects.size() == texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    CAPTURE(i, texts[i]);
    const auto expected = Wordpiece(vocabulary).tokenize(texts[i]);
    CHECK(objects[i].at("text") == well_formed(texts[i]));
    for (const char* key : {"ids", "tokens", "spans", "byte_spans"})
      REQUIRE(objects[i].at(key).size() == expected.size());
    for (std::size_t t = 0; t < expected.size(); ++t) {
      const auto bytes = objects[i].at("byte_spans")[t].get<std::vector<std::size_t>>();
      CHECK(objects[i].at("ids")[t] == expected[t].id);
      CHECK(objects[i].at("tokens")[t] == vocabulary.token(expected[t].id));
      CHECK(objects[i].at("spans")[t] == std::vector<Index>{expected[t].begin, expected[t].end});
      CHECK(texts[i].substr(bytes[0], bytes[1] - bytes[0]) ==
            slice_characters(texts[i], expected[t].begin, expected[t].end));
    }
  }
}

TEST_CASE("in plain output pieces or ids stand between blanks, a line for each text",
          "[tokenize][law]") {
  const TemporaryFolder folder;
  some_vocabulary().save(folder / "vocab.txt");
  const std::string texts = "Unknown caf\xc3\xa9 .\n\nzebra\n" + nul_text + "\n";
  CHECK(run_verb({"tokenize", folder / "vocab.txt"}, texts).said ==
        "un ##known caf ##e .\n\n[UNK]\n[UNK]\n");
  CHECK(run_verb({"tokenize", folder / "vocab.txt", "--ids"}, texts).said ==
        "7 8 9 10 11\n\n1\n1\n");
  write_file(folder / "texts", texts);
  CHECK(run_verb({"tokenize", folder / "vocab.txt", folder / "texts", "--ids"}).said ==
        "7 8 9 10 11\n\n1\n1\n");
}

TEST_CASE("a directory's special tokens are found in texts unless they are to be text",
          "[tokenize]") {
  const TemporaryFolder folder;
  save_tokenizer(folder.path(), some_vocabulary(), {}, 8);
  CHECK(run_verb({"tokenize", folder.path()}, "the [MASK]\n").said == "the [MASK]\n");
  CHECK(run_verb({"tokenize", folder.path(), "--plain"}, "the [MASK]\n").said ==
        "the [UNK] [UNK] [UNK]\n");
  CHECK(run_verb({"tokenize", folder / "vocab.txt"}, "the [MASK]\n").said ==
        "the [UNK] [UNK] [UNK]\n");
}

TEST_CASE("how the texts of a vocabulary alone are read may be set", "[tokenize]") {
  const TemporaryFolder folder;
  save_tokenizer(folder.path(), some_vocabulary(), {}, 8);
  const std::string file = folder / "vocab.txt";
  CHECK(run_verb({"tokenize", file}, "The the\n").said == "the the\n");
  CHECK(run_verb({"tokenize", file, "--set", "vocabulary.lower_case=false"}, "The the\n").said ==
        "[UNK] the\n");
  CHECK_THAT(message_of<ConfigError>([&] {
               (void)run_verb({"tokenize", file, "--set", "vocabulary.lower_cases=false"});
             }),
             Contains("vocabulary.lower_case"));
  CHECK_THAT(message_of<ConfigError>([&] {
               (void)run_verb({"tokenize", folder.path(), "--set", "vocabulary.lower_case=false"});
             }),
             Contains("--set: expected a vocabulary alone, found the directory"));
}

TEST_CASE("a vocabulary that is none is named", "[tokenize]") {
  const TemporaryFolder folder;
  write_file(folder / "vocab.txt", "the\nship\n");
  CHECK_THAT(message_of<IoError>([&] {
               (void)run_verb({"tokenize", folder / "vocab.txt"});
             }),
             Contains("vocab.txt: the special token [PAD] is missing"));
  CHECK_THAT(message_of<IoError>([&] {
               (void)run_verb({"tokenize", folder / "nowhere"});
             }),
             Contains("nowhere"));
}
