#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "electra/core/error.h"
#include "infer/saved_predictor.h"
#include "line_examples.h"
#include "output.h"
#include "prediction_output.h"
#include "support/temporary_folder.h"

using namespace electra;
using namespace electra::test;
using Catch::Contains;

namespace {

/// A predictor of the task, in a folder of its own.
class Saved {
 public:
  explicit Saved(const std::string& task, bool pairs = false) {
    StoredHead head = some_head(task);
    head.pairs = pairs;
    save_predictor(folder_.path(), head);
    predictor_.emplace(folder_.path(), Predictor::Options{.threads = 1});
  }
  operator const Predictor&() const { return *predictor_; }

 private:
  TemporaryFolder folder_;
  std::optional<Predictor> predictor_;
};

Example pair_of(const std::string& text, const std::string& text_b) {
  Example example;
  example.text = text;
  example.text_b = text_b;
  return example;
}

std::string json_text(const Predictor& predictor, const Example& example,
                      const Prediction& prediction) {
  return json_of(predictor, example, prediction).dump();
}

}  // namespace

TEST_CASE("a line is what the model reads: a text, a pair, words, or a question and a passage",
          "[predict]") {
  CHECK(example_of_line(Saved("classify"), "a\tb c", 7).text == "a\tb c");
  CHECK(example_of_line(Saved("classify"), "", 7).line == 7);
  const Saved pairs("regress", true);
  CHECK(columns_of(pairs) == 2);
  CHECK(example_of_line(pairs, "a b\tc", 1).text == "a b");
  CHECK(example_of_line(pairs, "a b\tc", 1).text_b == "c");
  const Saved answers("answer");
  CHECK(example_of_line(answers, "who?\tthe ship", 1).text == "the ship");
  CHECK(example_of_line(answers, "who?\tthe ship", 1).text_b == "who?");
  CHECK(example_of_line(Saved("tag"), "  a  b\tc ", 1).words ==
        std::vector<std::string>{"a", "b", "c"});
  CHECK(example_of_line(Saved("tag"), " ", 1).words.empty());
  CHECK_THAT(message_of<InputError>([&] { (void)example_of_line(pairs, "alone", 1); }),
             Contains("expected a text, a tab and a second text, found 1 column"));
  CHECK_THAT(message_of<InputError>([&] { (void)example_of_line(answers, "a\tb\tc", 1); }),
             Contains("expected a question, a tab and a passage, found 3 columns"));
}

TEST_CASE("predictions are printed in the forms that the command promises", "[predict][law]") {
  Prediction found;
  SECTION("classify") {
    found.outputs = {0.25, 0.125, 0.625};
    const Saved model("classify");
    CHECK(
        json_text(model, pair_of("a\tb", ""), found) ==
        R"({"text":"a\tb","label":"good","probabilities":{"bad":0.25,"fair":0.125,"good":0.625}})");
    CHECK(line_of(model, pair_of("a\tb", ""), found) == "good\t0.6250\ta b");
    CHECK(line_of(model, pair_of("a", "b"), found) == "good\t0.6250\ta\tb");
    CHECK_THAT(json_text(model, pair_of("a", "b"), found), Contains(R"("text":"a","text_b":"b")"));
  }
  SECTION("multilabel") {
    found.outputs = {0.75, 0.5, 0.875};
    const Saved model("multilabel");
    CHECK_THAT(json_text(model, pair_of("a", ""), found),
               Contains(R"("labels":["bad","good"],"probabilities":{"bad":0.75,"fair":0.5)"));
    CHECK(line_of(model, pair_of("a", ""), found) == "bad;good\t0.7500;0.8750\ta");
    found.outputs = {0, 0, 0};
    CHECK(line_of(model, pair_of("a", ""), found) == "\t\ta");
  }
  SECTION("regress") {
    found.outputs = {-1.5};
    CHECK(json_text(Saved("regress"), pair_of("a", ""), found) == R"({"text":"a","value":-1.5})");
    CHECK(line_of(Saved("regress"), pair_of("a", ""), found) == "-1.5000\ta");
  }
  SECTION("tag") {
    Example example;
    example.words = {"the", "ship", "."};
    found.tags = {2, 0, -1};
    CHECK(json_text(Saved("tag"), example, found) ==
          R"({"text":"the ship .","tokens":["the","ship","."],"tags":["O","B-x",null]})");
    CHECK(line_of(Saved("tag"), example, found) == "O B-x _\tthe ship .");
  }
  SECTION("embed") {
    found.vector = {0.5F, -0.25F};
    CHECK(json_text(Saved("embed"), pair_of("a", ""), found) ==
          R"({"text":"a","vector":[0.5,-0.25]})");
    CHECK(line_of(Saved("embed"), pair_of("a", ""), found) == "0.5 -0.25\ta");
  }
}

TEST_CASE("an answer has its place in characters and in bytes", "[predict][law]") {
  const Saved model("answer");
  Prediction found;
  found.answer = "café";
  found.span = {6, 11};
  found.score = 2;
  found.null_score = -1;
  Example example = pair_of("é ca café", "where?");
  example.id = "q1";
  CHECK(json_text(model, example, found) ==
        R"({"id":"q1","question":"where?","text":"é ca café","answer":"café","span":[5,9],)"
        R"("byte_span":[6,11],"score":2.0,"null_score":-1.0})");
  CHECK(line_of(model, example, found) == "café\t2.0000\twhere?");
  found = {};
  CHECK_THAT(json_text(model, example, found), Contains(R"("answer":"","span":[0,0])"));
}

TEST_CASE("cells of results stay in their line and column", "[predict]") {
  CHECK(text_cell("a\tb\nc\r\nd") == "a b c  d");
  CHECK(decimal_text(1.0 / 3, 4) == "0.3333");
  CHECK(decimal_text(-2, 0) == "-2");
}
