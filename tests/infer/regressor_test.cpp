#include "electra/infer/regressor.h"

#include <catch2/catch.hpp>

#include "electra/core/error.h"
#include "electra/infer/predictor.h"
#include "infer/saved_predictor.h"
#include "infer/text_laws.h"
#include "support/temporary_folder.h"

using namespace electra;
using namespace electra::test;
using Catch::Contains;

TEST_CASE("a regressor gives each text and each pair the predictor's number", "[regressor][law]") {
  const TemporaryFolder folder;
  save_predictor(folder.path(), "regress");
  const Regressor regressor(folder.path(), {.threads = 1});
  const Predictor predictor(folder.path(), {.threads = 1});
  Examples examples;
  for (const std::string& text : some_texts) examples.rows.emplace_back().text = text;
  const std::vector<TextValue> found = regressor.regress(some_texts);
  const auto expected = predictor.predict(examples);
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) CHECK(found[i].value == expected[i].outputs[0]);
  CHECK(found[0].value != found[1].value);
  examples.rows.resize(1);
  examples.rows[0].text_b = "unknown";
  examples.pairs = true;
  const double pair = predictor.predict(examples)[0].outputs[0];
  CHECK(regressor.regress(TextPair{some_texts[0], "unknown"}).value == pair);
  const auto pairs =
      regressor.regress({TextPair{"the", "ship"}, TextPair{some_texts[0], "unknown"}});
  CHECK(pairs[1].value == Approx(pair).margin(1e-5));
}

TEST_CASE("texts get their numbers in their order, each as by itself, by any number of threads",
          "[regressor][law][threads]") {
  const TemporaryFolder folder;
  save_predictor(folder.path(), "regress");
  const Regressor regressor(folder.path(), {.threads = 1, .workers = 4});
  const auto many = [&](const std::vector<std::string>& texts) { return regressor.regress(texts); };
  check_order(
      many, [&](const std::string& text) { return regressor.regress(std::string_view(text)); },
      [](const TextValue& found, const TextValue& expected) {
        CHECK(found.value == Approx(expected.value).margin(1e-5));
      });
  check_threads(many, [](const TextValue& found, const TextValue& expected) {
    return found.value == expected.value;
  });
}

TEST_CASE("a text that is too long for a number is refused, cut, or averaged over its windows",
          "[regressor][law]") {
  const TemporaryFolder folder;
  save_predictor(folder.path(), "regress", 8);
  const std::string text = "the ship . the ship the . ship the";
  CHECK_THAT(message_of<InputError>(
                 [&] { (void)Regressor(folder.path(), {.threads = 1}).regress({text}); }),
             Contains("text 0 has 11 tokens"));
  const Regressor cuts(folder.path(), {.threads = 1, .length = LongText::truncate});
  CHECK(cuts.regress(text).left_out == 3);
  const double first = cuts.regress("the ship . the ship the").value;
  const double second = cuts.regress("the . ship the").value;
  CHECK(cuts.regress(text).value == first);
  const Regressor windows(folder.path(), {.threads = 1, .length = LongText::windows});
  CHECK(windows.regress(text).value == Approx((5 * first + 4 * second) / 9).margin(1e-5));
}

TEST_CASE("a regressor does not open a classifier", "[regressor]") {
  const TemporaryFolder folder;
  save_predictor(folder.path(), "classify");
  CHECK_THAT(message_of<IoError>([&] { const Regressor regressor(folder.path()); }),
             Contains("expected a head of regress for a Regressor") &&
                 Contains("(classify), which Classifier opens"));
}
