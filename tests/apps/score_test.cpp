#include "apps/run_verb.h"
#include "electra/data/unicode.h"
#include "electra/infer/sentence_scorer.h"
#include "infer/saved_generator.h"
#include "infer/text_laws.h"
#include "output.h"
#include "token_output.h"

using namespace electra;
using namespace electra::test;
using Catch::Contains;

namespace {

void save_model(const std::filesystem::path& directory, const std::string& method) {
  if (method == "generator")
    save_generator(directory);
  else
    save_detector(directory, some_vocabulary(), 12);
}

}  // namespace

TEST_CASE("score says of each line what a scorer says of the text, by either model",
          "[score][law]") {
  const std::string method = GENERATE("generator", "discriminator");
  CAPTURE(method);
  const TemporaryFolder folder;
  save_model(folder.path(), method);
  const VerbRun run = run_verb({"score", folder.path(), "--json"}, lines_of(some_texts));
  CHECK(run.code == 0);
  CHECK(run.errors.empty());
  const auto objects = run.objects();
  const SentenceScorer scorer(folder.path(), {.threads = 1});
  REQUIRE(objects.size() == some_texts.size());
  for (std::size_t i = 0; i < some_texts.size(); ++i) {
    CAPTURE(i, some_texts[i]);
    const SentenceScore expected = scorer.score(some_texts[i]);
    CHECK(objects[i].at("text") == well_formed(some_texts[i]));
    CHECK(objects[i].at("method") == method);
    CHECK(objects[i].at("score").get<double>() == Approx(expected.score).margin(1e-4));
    CHECK(objects[i].at("count") == expected.ids.size());
    CHECK(objects[i].at("ids") == expected.ids);
    CHECK(objects[i].at("tokens").size() == expected.ids.size());
    CHECK(objects[i].at("spans") == json_of(expected.spans));
    CHECK(objects[i].at("byte_spans") == json_of(expected.byte_spans));
    check_close(objects[i].at("token_scores").get<std::vector<double>>(), expected.token_scores);
  }
  CHECK(objects[2].at("tokens") == std::vector<std::string>{"un", "##known", "caf", "##e", "the"});
}

TEST_CASE("in plain output a line is score, number of tokens and text", "[score]") {
  const TemporaryFolder folder;
  save_model(folder.path(), "discriminator");
  const auto lines = run_verb({"score", folder.path()}, "unknown\tthe\n\n").lines();
  REQUIRE(lines.size() == 2);
  const double score = SentenceScorer(folder.path(), {.threads = 1}).score("unknown\tthe").score;
  CHECK(lines[0] == decimal_text(score, 4) + "\t3\tunknown the");
  CHECK(lines[1] == "0.0000\t0\t");
}

TEST_CASE("score cuts what is longer than the model, and says so", "[score]") {
  const TemporaryFolder folder;
  save_model(folder.path(), "generator");
  const VerbRun run =
      run_verb({"score", folder.path(), "--json"}, "the the the the the the the\nthe\n");
  CHECK(run.code == 0);
  CHECK(run.objects().at(0).at("count") == 6);
  CHECK(run.objects().at(0).at("left_out") == 1);
  CHECK_THAT(run.errors, Contains("1 of 2 texts were longer"));
}
