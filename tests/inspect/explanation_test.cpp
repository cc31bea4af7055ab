#include "electra/inspect/explanation.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <numeric>

#include "electra/core/error.h"
#include "electra/core/file.h"
#include "electra/infer/detector.h"
#include "electra/infer/masked_language_model.h"
#include "electra/infer/predictor.h"
#include "infer/saved_generator.h"
#include "infer/saved_predictor.h"
#include "support/temporary_folder.h"

using namespace electra;
using namespace electra::test;
using Catch::Contains;

namespace {

Example text_of(const std::string& text) {
  Example example;
  example.text = text;
  return example;
}

}  // namespace

TEST_CASE("an explanation is of what the predictor says, its scores before the softmax",
          "[inspect][law]") {
  const TemporaryFolder folder;
  save_predictor(folder.path(), "classify");
  Explainer explainer(folder.path(), {.threads = 1});
  const Example example = text_of("the unknown ship .");
  const Explanation found = explainer.explain(example);
  Examples examples;
  examples.rows = {example};
  const Prediction said = Predictor(folder.path(), {.threads = 1}).predict(examples).front();
  REQUIRE(found.outputs.size() == 3);
  double sum = 0;
  std::vector<double> scores;
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(found.outputs[i].second == Approx(said.outputs[i]).epsilon(1e-4));
    scores.push_back(explainer.explain(example, {.label = found.outputs[i].first}).score);
    sum += std::exp(scores.back());
  }
  for (std::size_t i = 0; i < 3; ++i)
    CHECK(std::exp(scores[i]) / sum == Approx(said.outputs[i]).epsilon(1e-4));
  const auto best = std::ranges::max_element(said.outputs) - said.outputs.begin();
  CHECK(found.target == found.outputs[static_cast<std::size_t>(best)].first);
  CHECK(found.tokens ==
        std::vector<std::string>{"[CLS]", "the", "un", "##known", "ship", ".", "[SEP]"});
  CHECK(found.attributions.size() == 7);
  CHECK(found.attention.size() == static_cast<std::size_t>(found.layers * found.heads * 7 * 7));
  CHECK(found.proposals.empty());
}

TEST_CASE("a discriminator's most probably replaced token is explained, or the one asked for",
          "[inspect]") {
  const TemporaryFolder folder;
  save_detector(folder.path(), some_vocabulary(), 12);
  Explainer explainer(folder.path(), {.threads = 1});
  CHECK(explainer.task() == nullptr);
  const Example example = text_of("the unknown ship");
  const Detection said = Detector(folder.path(), {.threads = 1}).detect(example.text);
  const auto best = std::ranges::max_element(said.probabilities) - said.probabilities.begin();
  const Explanation found = explainer.explain(example);
  CHECK_THAT(found.target, Contains("that token " + std::to_string(best) + ", "));
  CHECK(1 / (1 + std::exp(-found.score)) ==
        Approx(said.probabilities[static_cast<std::size_t>(best)]).epsilon(1e-4));
  const Explanation second = explainer.explain(example, {.token = 2});
  CHECK(second.target == "that token 2, un, was replaced");
  CHECK(1 / (1 + std::exp(-second.score)) == Approx(said.probabilities[2]).epsilon(1e-4));
  CHECK_THAT(message_of<InputError>([&] { (void)explainer.explain(example, {.token = 6}); }),
             Contains("token: expected 0 to 5, a token of the text, found 6"));
  CHECK_THAT(message_of<ConfigError>([&] { (void)explainer.explain(example, {.label = "x"}); }),
             Contains("label: expected none of a discriminator"));
}

TEST_CASE("tags are explained together or one by one, answers by their start and end",
          "[inspect][law]") {
  const TemporaryFolder folder;
  save_predictor(folder / "tag", "tag");
  Explainer tags(folder / "tag", {.threads = 1});
  Example sentence;
  sentence.words = {"the", "unknown", "ship"};
  const Explanation all = tags.explain(sentence);
  CHECK(all.text == "the unknown ship");
  double sum = 0;
  for (const Index token : {1, 2, 4}) sum += tags.explain(sentence, {.token = token}).score;
  CHECK(all.score == Approx(sum).epsilon(1e-4));
  CHECK(tags.explain(sentence, {.label = "O", .token = 2}).target == "O of token 2, un");
  CHECK_THAT(message_of<ConfigError>([&] { (void)tags.explain(sentence, {.label = "B"}); }),
             Contains("label: expected one of B-x, I-x, O, found B"));

  save_predictor(folder / "answer", "answer", 16);
  Explainer answers(folder / "answer", {.threads = 1, .length = 12});
  Example passage = text_of("the ship . the unknown ship . the ship . ship ship .");
  passage.text_b = "ship";
  Examples examples;
  examples.rows = {passage};
  const Prediction said =
      Predictor(folder / "answer", {.threads = 1, .length = 12}).predict(examples).front();
  const Explanation found = answers.explain(passage);
  CHECK(found.score == Approx(said.score).epsilon(1e-4));
  CHECK(found.ids.size() <= 12);
}

TEST_CASE("a generator's proposals are what it says where the token is masked", "[inspect][law]") {
  const TemporaryFolder folder;
  save_detector(folder / "discriminator", some_vocabulary(), 12);
  save_generator(folder / "generator");
  Explainer explainer(folder / "discriminator",
                      {.threads = 1, .generator = folder / "generator", .candidates = 3});
  const Explanation found = explainer.explain(text_of("the ship ."));
  REQUIRE(found.proposals.size() == 5);
  CHECK(found.proposals.front().candidates.empty());
  const FilledText filled =
      MaskedLanguageModel(folder / "generator", {.threads = 1}).fill("the [MASK] .", 12);
  const std::vector<MaskCandidate>& expected = filled.masks.front().candidates;
  const TokenProposals& ship = found.proposals[2];
  REQUIRE(ship.candidates.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(ship.candidates[i].token == expected[i].token);
    CHECK(ship.candidates[i].probability == Approx(expected[i].probability).epsilon(1e-4));
  }
  const auto own = std::ranges::find(expected, "ship", &MaskCandidate::token);
  CHECK(ship.probability == Approx(own->probability).epsilon(1e-4));
  std::string other = read_file(folder / "generator" / "vocab.txt");
  other.replace(other.find("ship"), 4, "boat");
  write_file(folder / "generator" / "vocab.txt", other);
  std::filesystem::remove(folder / "generator" / "tokenizer.json");
  CHECK_THAT(message_of<ConfigError>([&] {
               const Explainer of(folder / "discriminator", {.generator = folder / "generator"});
             }),
             Contains("expected the vocabulary of") && Contains("found another one"));
}
