#include "apps/run_verb.h"
#include "electra/core/error.h"
#include "electra/inspect/explanation.h"
#include "infer/saved_generator.h"
#include "infer/saved_predictor.h"

using namespace electra;
using namespace electra::test;
using Catch::Contains;

TEST_CASE("explain prints what an explainer finds, as lines or as objects", "[explain][law]") {
  const TemporaryFolder folder;
  save_predictor(folder.path() / "model", "classify");
  write_file(folder / "texts", "the ship .\nthe unknown ship\n");
  const auto run = [&](std::vector<std::string> more) {
    std::vector<std::string> words{"explain", folder / "model", folder / "texts", "--threads", "1"};
    words.insert(words.end(), more.begin(), more.end());
    return run_verb(words);
  };
  Explainer explainer(folder / "model", {.threads = 1});
  Example example;
  example.text = "the ship .";
  const Explanation expected = explainer.explain(example, {.label = "good"});
  const auto objects = run({"--json", "--attention", "--label", "good"}).objects();
  REQUIRE(objects.size() == 2);
  const auto& first = objects.front();
  CHECK(first.at("target") == "good");
  CHECK(first.at("score").get<double>() == Approx(expected.score).epsilon(1e-6));
  CHECK(first.at("tokens") == expected.tokens);
  CHECK(first.at("ids") == expected.ids);
  for (std::size_t i = 0; i < expected.tokens.size(); ++i)
    CHECK(first.at("attributions")[i].get<double>() ==
          Approx(expected.attributions[i]).epsilon(1e-6).margin(1e-9));
  CHECK(first.at("attention").size() == static_cast<std::size_t>(expected.layers));
  CHECK(first.at("attention")[0].size() == static_cast<std::size_t>(expected.heads));
  CHECK(first.at("attention")[0][0][4][3].get<float>() ==
        Approx(expected.attention[4 * 5 + 3]).epsilon(1e-5));
  const auto lines = run({}).lines();
  REQUIRE(lines.size() == 2 + 5 + 2 + 6);
  CHECK(lines[0] == "the ship .");
  CHECK_THAT(lines[3], Contains("5\tthe\t"));
}

TEST_CASE("explain takes both networks of a run's folder, and writes a page once", "[explain]") {
  const TemporaryFolder folder;
  save_detector(folder / "run/discriminator", some_vocabulary(), 12);
  save_generator(folder / "run/generator");
  const std::string page = folder / "page.html";
  const VerbRun run =
      run_verb({"explain", folder / "run", "--html", page, "--top", "2", "--json"}, "the ship\n");
  CHECK(run.code == 0);
  const auto object = run.objects().at(0);
  CHECK(object.at("generator").size() == 4);
  CHECK(object.at("generator")[1].at("candidates").size() == 2);
  CHECK_THAT(run.errors, Contains("1 of 1 texts"));
  const std::string written = read_file(page);
  CHECK_THAT(written, Contains("ship"));
  CHECK_THAT(message_of<ConfigError>([&] {
               (void)run_verb({"explain", folder / "run", "--html", page}, "the ship\n");
             }),
             Contains(page + ": there is a file already"));
  CHECK(read_file(page) == written);
}

TEST_CASE("explain answers the other lines where one cannot be answered", "[explain]") {
  const TemporaryFolder folder;
  StoredHead head = some_head("classify");
  head.pairs = true;
  save_predictor(folder.path(), head);
  const VerbRun run = run_verb({"explain", folder.path(), "--json"}, "the ship\nthe\tship\n");
  CHECK(run.code == 1);
  const auto objects = run.objects();
  REQUIRE(objects.size() == 2);
  CHECK_THAT(objects[0].at("error").get<std::string>(), Contains("found 1 column"));
  CHECK(objects[1].at("text_b") == "ship");
  CHECK_THAT(message_of<ConfigError>([&] {
               (void)run_verb({"explain", folder.path(), "--label", "best"}, "the\tship\n");
             }),
             Contains("label: expected one of bad, fair, good, found best"));
  CHECK_THAT(message_of<ConfigError>([&] {
               (void)run_verb({"explain", folder.path(), "--attention"}, "the\tship\n");
             }),
             Contains("--attention: expected --json beside it"));
}
