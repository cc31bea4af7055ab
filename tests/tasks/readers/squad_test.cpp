#include "tasks/readers/squad.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "electra/core/error.h"
#include "support/shared.h"
#include "tasks/labelled_file.h"

using electra::ConfigError;
using electra::Example;
using electra::Examples;
using electra::PassageAnswer;
using electra::ReadOptions;
using electra::test::LabelledFile;

namespace {

/// A file of one passage, "Zo\u00eb eats \U0001f34e pie.", with these questions.
std::string file_of(const std::string& questions) {
  return R"({"version":"v2.0","data":[{"title":"t","paragraphs":[{"context":"Zo\u00eb eats \ud83c\udf4e pie.","qas":[)" +
         questions + "]}]}]}";
}

std::string question(const std::string& rest, const std::string& id = "q1") {
  return R"({"id":")" + id + R"(","question":"What?")" + rest + "}";
}

std::string answers(const std::string& list) { return R"(,"answers":[)" + list + "]"; }

std::string refusal(const std::string& text, const ReadOptions& options = {}) {
  return LabelledFile("a.json", text).refusal("answer", options);
}

const std::string pie = R"({"text":"pie","answer_start":11})";

}  // namespace

TEST_CASE("a passage, its questions and answers are read; places become bytes") {
  const LabelledFile file(
      "a.json",
      file_of(question(answers(R"({"text":"Zo\u00eb","answer_start":0},)" + pie)) + "," +
              question(answers("") + R"(,"is_impossible":true,"plausible_answers":[3])", "q2") +
              "," + question(answers(pie) + R"(,"is_impossible":false)", "q3")));
  const Examples examples = file.read("answer");
  REQUIRE(examples.rows.size() == 3);
  const Example& first = examples.rows[0];
  CHECK(first.id == "q1");
  CHECK(first.text == "Zo\u00eb eats \U0001f34e pie.");
  CHECK(first.text_b == "What?");
  CHECK(first.answers == std::vector<PassageAnswer>{{"Zo\u00eb", 0}, {"pie", 15}});
  CHECK(first.text.substr(15, 3) == "pie");
  CHECK(examples.rows[1].answers.empty());
  CHECK(electra::place_of(examples, 2) == file.path().string() + ", question \"q3\"");
}

TEST_CASE("an answer that is not where the file says is refused") {
  const std::string place =
      "a.json: data[0].paragraphs[0].qas[0].answers[0].answer_start of "
      "question \"q1\": expected ";
  const auto said = [](const std::string& answer) {
    return refusal(file_of(question(answers(answer))));
  };
  CHECK(said(R"({"text":"pie","answer_start":9})") ==
        place + "\"pie\" at 9, found \"\U0001f34e p\"");
  CHECK(said(R"({"text":"pie","answer_start":15})") ==
        place + "a place in the passage of 15 characters, found 15");
  CHECK(said(R"({"text":"pie.","answer_start":12})") == place + "\"pie.\" at 12, found \"ie.\"");
  CHECK(said(R"({"text":"pie","answer_start":-1})") ==
        place + "a place in the passage of 15 characters, found -1");
  CHECK(said(R"({"text":"","answer_start":3})") ==
        place + "an answer with text, found an empty one");
}

TEST_CASE("what is not of SQuAD's form is refused by its place") {
  const std::string there = "a.json: data[0].paragraphs[0].qas[0]";
  CHECK(refusal("{}") == "a.json: data: expected an array, found nothing");
  CHECK(refusal("[]") == "a.json: expected a JSON object, found an array");
  CHECK(refusal(R"({"data":[]})") == "a.json: expected questions, found none");
  CHECK(refusal(R"({"data":{"a":1}})") == "a.json: data: expected an array, found an object");
  CHECK(refusal(R"({"data":[3]})") == "a.json: data[0]: expected an object, found the number 3");
  CHECK(refusal(R"({"data":[{"paragraphs":[{"qas":[]}]}]})") ==
        "a.json: data[0].paragraphs[0].context: expected a string, found nothing");
  CHECK(refusal(file_of(R"({"id":7,"question":"x"})")) ==
        there + ".id: expected a string, found the number 7");
  CHECK(refusal(file_of(question(""))) == there + ".answers: expected an array, found nothing");
  CHECK(refusal(file_of(question(answers(R"({"text":"pie","answer_start":"11"})")))) ==
        there + ".answers[0].answer_start: expected an integer, found the string \"11\"");
  CHECK(refusal(file_of(question(answers(R"({"text":"pie","answer_start":11.5})")))) ==
        there + ".answers[0].answer_start: expected an integer, found the number 11.5");
  CHECK(refusal(file_of(question(answers(pie)) + "," + question(answers(pie)))) ==
        "a.json: data[0].paragraphs[0].qas[1].id: expected an id of its own, found \"q1\" again");
}

TEST_CASE("whether a question is impossible agrees with its answers") {
  const std::string place =
      "a.json: data[0].paragraphs[0].qas[0].is_impossible of question \"q1\": expected ";
  CHECK(refusal(file_of(question(answers(pie) + R"(,"is_impossible":true)"))) ==
        place + "false, as there are answers, found true");
  CHECK(refusal(file_of(question(answers("") + R"(,"is_impossible":false)"))) ==
        place + "true, as there is no answer, found false");
  CHECK(refusal(file_of(question(answers(pie) + R"(,"is_impossible":1)"))) ==
        "a.json: data[0].paragraphs[0].qas[0].is_impossible: expected true or false, found the "
        "number 1");
}

TEST_CASE("a file that is cut off anywhere is refused by name") {
  const std::string whole = file_of(question(answers(pie)));
  for (std::size_t length = 0; length < whole.size(); ++length) {
    CAPTURE(length);
    CHECK_THAT(refusal(whole.substr(0, length)), Catch::StartsWith("a.json"));
  }
}

TEST_CASE("questions for a prediction need no answers, and have no columns") {
  const LabelledFile file("a.json", file_of(question("")));
  CHECK(file.read("answer", {.labelled = false}).rows.size() == 1);
  CHECK_THROWS_AS(file.read("answer", {.label = "2"}), ConfigError);
}

TEST_CASE("a published set of questions is read") {
  const auto data = electra::test::shared_folder("ELECTRA_DATA", "data");
  if (data.empty()) return;
  const Examples examples =
      electra::read_squad(data / "qa/xquad.en.json", electra::TaskKind::answer, {});
  CHECK(examples.rows.size() == 1190);
}
