#include "apps/run_verb.h"
#include "electra/core/error.h"
#include "electra/pretrain/pair_evaluation.h"
#include "pretrain/tiny_run.h"

using namespace electra;
using namespace electra::test;
using Catch::Contains;

TEST_CASE("evaluate pretrained prints a pair's figures on a text", "[evaluate]") {
  TinyRun run;
  run.run();
  const std::string text = run.options.config.data.corpus, folder = run.out().root.string();
  const auto context = Context::create({}, {.threads = 1});
  const PairEvaluation expected = evaluate_pair(folder, text, *context);
  const VerbRun found = run_verb(
      {"evaluate", "pretrained", "--model", folder, "--data", text, "--threads", "1", "--json"});
  CHECK(found.code == 0);
  CHECK_THAT(found.errors, Contains("40 documents of "));
  const auto object = found.objects().back();
  CHECK(object.at("task") == "pretrained");
  CHECK(object.at("documents") == 40);
  CHECK(object.at("tokens") == expected.tokens);
  CHECK(object.at("scores").at("disc_auc").at("value").get<double>() ==
        *expected.values["disc_auc"]);
  const auto lines =
      run_verb({"evaluate", "pretrained", "--model", folder, "--data", text}).lines();
  CHECK(std::ranges::any_of(
      lines, [](const std::string& line) { return line.starts_with("Discriminator: AUC\t"); }));
  CHECK_THAT(message_of<ConfigError>([&] {
               (void)run_verb(
                   {"evaluate", "pretrained", "--model", folder, "--data", text, "--label", "2"});
             }),
             Contains("--label: expected none of pretrained, found"));
}
