#include "electra/infer/predictor.h"

#include <catch2/catch.hpp>

#include "infer/saved_predictor.h"
#include "support/temporary_folder.h"

using namespace electra;
using namespace electra::test;

TEST_CASE("a predictor on a GPU says what one on the CPU says", "[cuda][predictor][law]") {
  const TemporaryFolder folder;
  const std::string task = GENERATE("classify", "multilabel", "regress", "embed");
  CAPTURE(task);
  StoredHead head = some_head(task);
  head.pairs = task != "embed";
  save_predictor(folder.path(), head);
  Examples examples;
  examples.file = "pairs";
  examples.pairs = true;
  for (const char* text : {"The unknown café .", "", "ship"}) {
    examples.rows.emplace_back().text = text;
    examples.rows.back().text_b = "the ship .";
  }
  const auto expected = Predictor(folder.path()).predict(examples);
  const auto found = Predictor(folder.path(), {.device = {DeviceType::cuda, 0}}).predict(examples);
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    REQUIRE(found[i].outputs.size() == expected[i].outputs.size());
    REQUIRE(found[i].vector.size() == expected[i].vector.size());
    for (std::size_t k = 0; k < found[i].outputs.size(); ++k)
      CHECK(found[i].outputs[k] == Approx(expected[i].outputs[k]).margin(1e-5));
    for (std::size_t k = 0; k < found[i].vector.size(); ++k)
      CHECK(found[i].vector[k] == Approx(expected[i].vector[k]).margin(1e-5));
  }
}

TEST_CASE("a predictor on a GPU tags and answers as one on the CPU does", "[cuda][predictor]") {
  const TemporaryFolder folder;
  const std::string task = GENERATE("tag", "answer");
  save_predictor(folder.path(), task);
  Examples examples;
  examples.file = "texts";
  examples.rows.resize(2);
  examples.rows[0].text = "the ship . unknown the";
  examples.rows[0].text_b = "ship";
  examples.rows[0].words = {"the", "ship", ".", "unknown", "the"};
  examples.rows[1].words = {"ship"};
  const auto expected = Predictor(folder.path()).predict(examples);
  const auto found = Predictor(folder.path(), {.device = {DeviceType::cuda, 0}}).predict(examples);
  for (std::size_t i = 0; i < found.size(); ++i) {
    CHECK(found[i].tags == expected[i].tags);
    CHECK(found[i].answer == expected[i].answer);
    CHECK(found[i].score == Approx(expected[i].score).margin(1e-4));
  }
}
