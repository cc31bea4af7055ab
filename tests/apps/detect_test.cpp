#include "apps/run_verb.h"
#include "electra/data/unicode.h"
#include "electra/infer/detector.h"
#include "infer/saved_detector.h"
#include "infer/text_laws.h"
#include "token_output.h"

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

/// A discriminator that has no finite answer to a text with "ship".
void save_faulty_detector(const std::filesystem::path& directory) {
  const Vocabulary vocabulary = some_vocabulary();
  const auto spoil = [&](ParameterStore& store) {
    const TensorView words = store.find("embeddings/word")->master;
    const Index width = words.shape()[1];
    for (float& weight :
         words.span<float>().subspan(static_cast<std::size_t>(*vocabulary.find("ship") * width),
                                     static_cast<std::size_t>(width)))
      weight = 3e38F;
  };
  save_detector(directory, vocabulary, tiny_detector(vocabulary.size()), spoil);
}

}  // namespace

TEST_CASE("detect says of each line what a detector says of the text", "[detect][law]") {
  const TemporaryFolder folder;
  save_detector(folder.path(), some_vocabulary(), 12);
  const std::vector<std::string> texts = texts_with_nul();
  write_file(folder / "texts", lines_of(texts));
  const VerbRun run =
      run_verb({"detect", folder.path(), folder / "texts", "--json", "--threads", "1"});
  CHECK(run.code == 0);
  CHECK(run.errors.empty());
  const auto objects = run.objects();
  const Detector detector(folder.path(), {.threads = 1});
  REQUIRE(objects.size() == texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    CAPTURE(i, texts[i]);
    const Detection expected = detector.detect(texts[i]);
    CHECK(objects[i].at("text") == well_formed(texts[i]));
    CHECK(objects[i].at("ids") == expected.ids);
    CHECK(objects[i].at("tokens") == expected.tokens);
    CHECK(objects[i].at("spans") == json_of(expected.spans));
    CHECK(objects[i].at("byte_spans") == json_of(expected.byte_spans));
    CHECK_FALSE(objects[i].contains("left_out"));
    check_close(objects[i].at("probabilities").get<std::vector<double>>(), expected.probabilities);
  }
}

TEST_CASE("detect answers standard input as it does a file", "[detect][law]") {
  const TemporaryFolder folder;
  save_detector(folder.path(), some_vocabulary(), 12);
  const std::string lines = lines_of(texts_with_nul());
  write_file(folder / "texts", lines);
  const VerbRun by_file = run_verb({"detect", folder.path(), folder / "texts"});
  CHECK_FALSE(by_file.said.empty());
  CHECK(run_verb({"detect", folder.path()}, lines).said == by_file.said);
  CHECK(run_verb({"detect", folder.path(), "-"}, lines).said == by_file.said);
}

TEST_CASE("in plain output a text stands above a row for each of its tokens", "[detect]") {
  const TemporaryFolder folder;
  save_detector(folder.path(), some_vocabulary(), 12);
  const auto lines = run_verb({"detect", folder.path()}, "caf\xc3\xa9 the\n" + nul_text).lines();
  REQUIRE(lines.size() == 10);
  CHECK(lines[0] == "caf\xc3\xa9 the");
  CHECK_THAT(lines[1], Catch::Matches(R"( {6}2  \[CLS\] {15}     0-0      0\.[0-9]{4})"));
  CHECK_THAT(lines[2], Catch::Matches(R"( {6}9  caf {17}     0-3      0\.[0-9]{4})"));
  CHECK_THAT(lines[3], Catch::Matches(R"( {5}10  ##e {17}     3-4      0\.[0-9]{4})"));
  CHECK(lines[6] == nul_text);
}

TEST_CASE("a text without an answer costs detect one answer", "[detect][law]") {
  const TemporaryFolder folder;
  save_faulty_detector(folder.path());
  write_file(folder / "texts", "the .\nthe ship\ncaf\n");
  const VerbRun run = run_verb({"detect", folder.path(), folder / "texts", "--json"});
  CHECK(run.code == 1);
  const auto objects = run.objects();
  REQUIRE(objects.size() == 3);
  CHECK(objects[0].contains("probabilities"));
  CHECK(objects[1].at("text") == "the ship");
  CHECK_THAT(objects[1].at("error").get<std::string>(), Contains("the text has no answer"));
  CHECK(objects[2].at("tokens") == std::vector<std::string>{"[CLS]", "caf", "[SEP]"});
  CHECK_THAT(run.errors, Contains((folder / "texts").string() + ", line 2: the text has no") &&
                             Contains("1 of 3 not answered"));
  const VerbRun plain = run_verb({"detect", folder.path(), folder / "texts"});
  CHECK_THAT(plain.said, Contains("\nthe ship\n  error: the text has no answer"));
}

TEST_CASE("detect cuts what is longer than the model, and says so", "[detect]") {
  const TemporaryFolder folder;
  save_detector(folder.path(), some_vocabulary(), 12);
  const std::string lines = "the the the the the the the the\nthe\n";
  const VerbRun run = run_verb({"detect", folder.path(), "--json"}, lines);
  CHECK(run.code == 0);
  CHECK(run.objects().at(0).at("left_out") == 2);
  CHECK(run.objects().at(0).at("ids").size() == 8);
  CHECK_THAT(run.errors, Contains("1 of 2 texts were longer"));
  CHECK(run_verb({"detect", folder.path(), "--json", "--length", "5"}, lines)
            .objects()
            .at(0)
            .at("left_out") == 5);
}

TEST_CASE("with --plain a special token in a text is text", "[detect]") {
  const TemporaryFolder folder;
  save_detector(folder.path(), some_vocabulary(), 12);
  const auto ids = [&](std::vector<std::string> words) {
    return run_verb(words, "[MASK]\n").objects().at(0).at("ids").get<std::vector<int>>();
  };
  CHECK(ids({"detect", folder.path(), "--json"}) == std::vector<int>{2, 4, 3});
  CHECK(ids({"detect", folder.path(), "--json", "--plain"}) == std::vector<int>{2, 1, 1, 1, 3});
}
