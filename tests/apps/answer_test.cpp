#include "apps/run_verb.h"
#include "electra/data/unicode.h"
#include "electra/infer/question_answerer.h"
#include "infer/saved_predictor.h"
#include "output.h"
#include "token_output.h"

using namespace electra;
using namespace electra::test;
using Catch::Contains;

namespace {

const std::string passage = "the ship\xff caf\xc3\xa9 .\nunknown the\r\nship";

/// A model that answers, and a passage beside it.
class Setting {
 public:
  explicit Setting(StoredHead head = some_head("answer"), const std::string& text = passage) {
    save_predictor(model(), head);
    write_file(file(), text);
  }

  [[nodiscard]] std::string model() const { return folder_ / "model"; }
  [[nodiscard]] std::string file() const { return folder_ / "passage"; }

 private:
  TemporaryFolder folder_;
};

StoredHead withholding_head() {
  StoredHead head = some_head("answer");
  head.length = 16;
  head.stride = 4;
  head.unanswerable = true;
  head.null_threshold = -1e6;
  return head;
}

}  // namespace

TEST_CASE("answer says of each question what an answerer says of it and the file",
          "[answer][law]") {
  const Setting setting;
  const std::vector<std::string> questions{"the ship", "", "caf\xff"};
  const VerbRun run = run_verb({"answer", setting.model(), setting.file(), "--top", "3", "--json"},
                               lines_of(questions));
  CHECK(run.code == 0);
  CHECK(run.errors.empty());
  const auto objects = run.objects();
  const QuestionAnswerer answerer(setting.model(), {.threads = 1});
  REQUIRE(objects.size() == questions.size());
  for (std::size_t i = 0; i < questions.size(); ++i) {
    CAPTURE(i);
    const Answer expected = answerer.answer(questions[i], passage, 3);
    CHECK(objects[i].at("question") == well_formed(questions[i]));
    CHECK(objects[i].at("answer") == well_formed(expected.best.text));
    CHECK(objects[i].at("span") == json_of(expected.best.span));
    CHECK(objects[i].at("byte_span") == json_of(expected.best.byte_span));
    CHECK(objects[i].at("score").get<double>() == Approx(expected.best.score).margin(1e-4));
    CHECK(objects[i].at("null_score").get<double>() == Approx(expected.null_score).margin(1e-4));
    REQUIRE(objects[i].at("answers").size() == 3);
    for (const auto& answer : objects[i].at("answers")) {
      const auto span = answer.at("byte_span").get<std::vector<std::size_t>>();
      CHECK(answer.at("text") == well_formed(passage.substr(span[0], span[1] - span[0])));
    }
  }
}

TEST_CASE("a question of the command line is answered as one of standard input", "[answer]") {
  const Setting setting;
  const std::vector<std::string> words{"answer", setting.model(), setting.file()};
  std::vector<std::string> asked = words;
  asked.emplace_back("the ship");
  const VerbRun run = run_verb(asked);
  CHECK(run.lines().size() == 1);
  CHECK(run.said == run_verb(words, "the ship\n").said);
  std::vector<std::string> piped = words;
  piped[2] = "-";
  piped.emplace_back("the ship");
  CHECK(run_verb(piped, passage).said == run.said);
  piped.back() = "-";
  CHECK_THAT(message_of<ConfigError>([&] { (void)run_verb(piped, passage); }),
             Contains("PASSAGE and QUESTION cannot both be standard input"));
}

TEST_CASE("in plain output the best answers follow each other, and questions stand apart",
          "[answer]") {
  const Setting setting;
  const auto lines =
      run_verb({"answer", setting.model(), setting.file(), "--top", "2"}, "the\nship\n").lines();
  REQUIRE(lines.size() == 5);
  CHECK(lines[2].empty());
  const Answer expected =
      QuestionAnswerer(setting.model(), {.threads = 1}).answer("the", passage, 2);
  for (std::size_t i = 0; i < 2; ++i) {
    const AnswerSpan& answer = expected.answers[i];
    CHECK(lines[i] == decimal_text(answer.score, 4) + "\t" + std::to_string(answer.span.begin) +
                          "-" + std::to_string(answer.span.end) + "\t" + text_cell(answer.text));
  }
}

TEST_CASE("where there is no answer that stands first, and is one of those asked for",
          "[answer][law]") {
  const Setting setting(withholding_head());
  const std::vector<std::string> words{"answer", setting.model(), setting.file(), "the"};
  const auto with_top = [&](const std::string& top) {
    std::vector<std::string> all = words;
    all.insert(all.end(), {"--top", top});
    return run_verb(all).lines();
  };
  const auto alone = with_top("1"), more = with_top("3");
  REQUIRE(alone.size() == 1);
  CHECK(alone[0].ends_with("\t0-0\t"));
  REQUIRE(more.size() == 3);
  CHECK(more[0] == alone[0]);
  CHECK_FALSE(more[1].ends_with("\t0-0\t"));
}

TEST_CASE("a long passage is read to its end", "[answer][law]") {
  std::string text;
  for (int i = 0; i < 40; ++i) text += "the ship . ";
  const Setting setting(some_head("answer"), text);
  const auto found =
      run_verb({"answer", setting.model(), setting.file(), "ship", "--top", "500", "--json"})
          .objects()
          .at(0)
          .at("answers");
  const auto expected =
      QuestionAnswerer(setting.model(), {.threads = 1}).answer("ship", text, 500).answers;
  REQUIRE(found.size() == expected.size());
  Index last = 0;
  for (const auto& answer : found) last = std::max(last, answer.at("byte_span").at(1).get<Index>());
  CHECK(last > 300);
}

TEST_CASE("a question that leaves no room costs answer one answer", "[answer]") {
  const Setting setting;
  std::string longest;
  for (int i = 0; i < 40; ++i) longest += "ship ";
  const VerbRun run =
      run_verb({"answer", setting.model(), setting.file(), "--json"}, "the\n" + longest + "\n");
  CHECK(run.code == 1);
  REQUIRE(run.objects().size() == 2);
  CHECK(run.objects()[0].contains("answer"));
  CHECK(run.objects()[1].contains("error"));
  CHECK(run.objects()[1].at("question") == longest);
  CHECK_THAT(run.errors, Contains("standard input, line 2: "));
}
