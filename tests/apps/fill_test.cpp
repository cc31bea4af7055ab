#include "apps/run_verb.h"
#include "electra/infer/masked_language_model.h"
#include "infer/saved_generator.h"
#include "token_output.h"

using namespace electra;
using namespace electra::test;
using Catch::Contains;

TEST_CASE("fill proposes what a masked-language model does, as many as are asked for",
          "[fill][law]") {
  const TemporaryFolder folder;
  save_generator(folder.path());
  const std::vector<std::string> texts{"the [MASK] .", "[MASK]\xff [MASK]", "caf\xc3\xa9 [MASK]"};
  const VerbRun run = run_verb({"fill", folder.path(), "--top", "3", "--json"}, lines_of(texts));
  CHECK(run.code == 0);
  CHECK(run.errors.empty());
  const auto objects = run.objects();
  const auto expected = MaskedLanguageModel(folder.path(), {.threads = 1}).fill(texts, 3);
  REQUIRE(objects.size() == texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const auto& masks = objects[i].at("masks");
    REQUIRE(masks.size() == expected[i].masks.size());
    for (std::size_t m = 0; m < masks.size(); ++m) {
      CAPTURE(i, m);
      const FilledMask& mask = expected[i].masks[m];
      CHECK(masks[m].at("span") == json_of(mask.span));
      CHECK(masks[m].at("byte_span") == json_of(mask.byte_span));
      REQUIRE(masks[m].at("candidates").size() == 3);
      for (std::size_t c = 0; c < 3; ++c) {
        const auto& candidate = masks[m].at("candidates")[c];
        CHECK(candidate.at("id") == mask.candidates[c].id);
        CHECK(candidate.at("token") == mask.candidates[c].token);
        CHECK(candidate.at("probability").get<double>() ==
              Approx(mask.candidates[c].probability).margin(1e-5));
      }
    }
  }
}

TEST_CASE("in plain output a text stands above its candidates, those of each mask together",
          "[fill]") {
  const TemporaryFolder folder;
  save_generator(folder.path());
  const auto lines =
      run_verb({"fill", folder.path(), "--top", "2"}, "[MASK] the [MASK]\n[MASK]\n").lines();
  REQUIRE(lines.size() == 8);
  CHECK(lines[0] == "[MASK] the [MASK]");
  for (const std::size_t row : {1, 2}) CHECK_THAT(lines[row], Contains("     0-6     "));
  for (const std::size_t row : {3, 4}) CHECK_THAT(lines[row], Contains("    11-17    "));
  CHECK(lines[5] == "[MASK]");
}

TEST_CASE("fill proposes five tokens unless another number is asked for", "[fill]") {
  const TemporaryFolder folder;
  save_generator(folder.path());
  const VerbRun run = run_verb({"fill", folder.path(), "--json"}, "the [MASK]\n");
  CHECK(run.objects().at(0).at("masks").at(0).at("candidates").size() == 5);
  CHECK_THAT(message_of<ConfigError>([&] {
               (void)run_verb({"fill", folder.path(), "--top", "0"});
             }),
             Contains("--top: expected 1 or more, found 0"));
}

TEST_CASE("a text without a mask costs fill one answer, and is named", "[fill][law]") {
  const TemporaryFolder folder;
  save_generator(folder.path());
  const std::string lines = "the [MASK]\nthe ship\nthe the the the the the [MASK]\n[MASK]\n";
  const VerbRun run = run_verb({"fill", folder.path(), "--json"}, lines);
  CHECK(run.code == 1);
  const auto objects = run.objects();
  REQUIRE(objects.size() == 4);
  CHECK(objects[0].contains("masks"));
  CHECK(objects[1].at("error") == "expected a text with [MASK], found none");
  CHECK(objects[2].at("error") ==
        "expected [MASK] among the tokens that the model reads, found none");
  CHECK(objects[3].contains("masks"));
  CHECK_THAT(run.errors, Contains("electra fill: standard input, line 2: expected a text with") &&
                             Contains("2 of 4 not answered"));
}
