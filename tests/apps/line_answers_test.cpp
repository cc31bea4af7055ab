#include "line_answers.h"

#include "apps/run_verb.h"

using namespace electra;
using namespace electra::test;
using Catch::Contains;

namespace {

struct Reply {
  std::string text;
  Index left_out = 0;
};

/// Answers in capitals; refuses "bad", and cuts what is longer than 4.
struct Asker {
  std::vector<std::size_t>* asked;  // how many lines each time

  Reply operator()(const std::string& line) const {
    asked->push_back(1);
    return reply(line);
  }
  std::vector<Reply> operator()(std::span<const std::string> lines) const {
    asked->push_back(lines.size());
    std::vector<Reply> all;
    for (const std::string& line : lines) all.push_back(reply(line));
    return all;
  }
  static Reply reply(const std::string& line) {
    if (line == "bad") throw InputError("a bad line");
    Reply reply{line.substr(0, 4), line.size() > 4 ? std::ssize(line) - 4 : 0};
    for (char& c : reply.text) c = static_cast<char>(std::toupper(c));
    return reply;
  }
};

struct Told {
  VerbRun run;
  std::vector<std::size_t> asked;
};

/// Adds each list of lines by itself.
Told told(const LineAnswers::Options& options, const std::vector<std::vector<std::string>>& given) {
  const TemporaryFolder folder;
  Told result;
  {
    const Redirected out(STDOUT_FILENO, folder / "out", O_WRONLY | O_CREAT);
    const Redirected errors(STDERR_FILENO, folder / "errors", O_WRONLY | O_CREAT);
    LineAnswers answers(options);
    for (const auto& lines : given)
      answers.add(lines, Asker{&result.asked}, [](const Reply& reply, const std::string& line) {
        if (reply.text == "MUTE") throw InputError("nothing to say");
        print_line(line + "=" + reply.text);
      });
    result.run.code = answers.finish();
  }
  result.run.said = read_file(folder / "out");
  result.run.errors = read_file(folder / "errors");
  return result;
}

}  // namespace

TEST_CASE("lines are answered together, in their order", "[answers][law]") {
  const Told found = told({.who = "electra x", .file = "f"}, {{"a", "b"}, {"", "c"}});
  CHECK(found.run.said == "a=A\nb=B\n=\nc=C\n");
  CHECK(found.run.errors.empty());
  CHECK(found.run.code == 0);
  CHECK(found.asked == std::vector<std::size_t>{2, 2});
}

TEST_CASE("a line that is refused costs one answer, and is named", "[answers][law]") {
  const Told found = told({.who = "electra x", .file = "f"}, {{"a"}, {"b", "bad", "mute", "c"}});
  CHECK(found.run.said == "a=A\nb=B\nerror\ta bad line\tbad\nerror\tnothing to say\tmute\nc=C\n");
  CHECK(found.run.errors ==
        "electra x: f, line 3: a bad line\nelectra x: f, line 4: nothing to say\n"
        "electra x: 2 of 5 not answered\n");
  CHECK(found.run.code == 1);
}

TEST_CASE("an error stands where its answer would, in the form of the others", "[answers]") {
  const std::vector<std::vector<std::string>> lines{{"bad"}};
  CHECK(told({.who = "electra x", .file = "f", .form = LineAnswers::Form::block}, lines).run.said ==
        "bad\n  error: a bad line\n");
  CHECK(told({.who = "electra x", .file = "f", .json = true}, lines).run.said ==
        "{\"text\":\"bad\",\"error\":\"a bad line\"}\n");
  CHECK(told({.who = "electra x", .file = "f", .json = true, .key = "question"}, lines).run.said ==
        "{\"question\":\"bad\",\"error\":\"a bad line\"}\n");
}

TEST_CASE("lines that lost tokens are counted, those without an answer not among them",
          "[answers]") {
  const Told found =
      told({.who = "electra x", .file = "f"}, {{"longer", "a"}, {"muter", "longest"}});
  CHECK_THAT(found.run.errors,
             Contains("electra x: 2 of 4 texts were longer than the model reads, and are cut\n"));
  CHECK(found.run.code == 1);
}
