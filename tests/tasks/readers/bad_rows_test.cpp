#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "tasks/labelled_file.h"

using namespace electra;
using electra::test::LabelledFile;

namespace {

using Strings = std::vector<std::string>;

/// What could be read, by its first text, and "line: what" of the rest.
struct Reading {
  Strings texts, told;
};

Reading read(const std::string& name, const std::string& text, const std::string& task) {
  Reading reading;
  const ReadOptions options{.bad_row = [&](const BadRow& row) {
    reading.told.push_back(std::to_string(row.line) + ": " + row.what);
  }};
  for (const Example& row : LabelledFile(name, text).read(task, options).rows)
    reading.texts.push_back(row.words.empty() ? row.text : row.words.front());
  return reading;
}

}  // namespace

TEST_CASE("bad rows of tables are told, and the others read") {
  const Reading tabs = read("a.tsv", "a\tx\nb\nc\t\nd\tx\ty\ne\tx\n", "classify");
  CHECK(tabs.texts == Strings{"a", "e"});
  CHECK(tabs.told == Strings{"2: expected 2 columns, as line 1 has, found 1 column",
                             "4: expected 2 columns, as line 1 has, found 3 columns",
                             "3: column 2: expected a label, found \"\""});
  const Reading commas = read("a.csv", "a,x\n\"b\nb\"b,x\nc,y\n\"d,x\ne,y\n", "classify");
  CHECK(commas.texts == Strings{"a", "c", "e"});
  CHECK(commas.told ==
        Strings{"3: expected a comma or the line's end after a closing quote, found \"b\"",
                "5: expected a quote that closes the one that opens here, found the end of the "
                "file"});
  const Reading lines = read("a.jsonl",
                             "{\"text\":\"a\",\"label\":1}\n[]\n{\"text\":\"b\"}\n"
                             "{\"text\":\"c\",\"label\":2}\n",
                             "classify");
  CHECK(lines.texts == Strings{"a", "c"});
  CHECK(lines.told == Strings{"2: expected one JSON object a line, found \"[]\"",
                              "3: key \"label\": expected a label, found nothing"});
}

TEST_CASE("a sentence with a bad word is left out") {
  const Reading words =
      read("a.conll", "a O\n\nb O\nc\nd\n\ne B-X\n\nf X\n\ng\tO\nh\t\n\ni O\n", "tag");
  CHECK(words.texts == Strings{"a", "e", "i"});
  CHECK(words.told == Strings{"4: expected 2 columns or more, found 1 column",
                              "5: expected 2 columns or more, found 1 column",
                              "12: column 2: expected a tag, found an empty cell",
                              "9: column 2: expected O, or B, I, E or S with - and a kind, as "
                              "other tags are, found \"X\""});
}

TEST_CASE("a question with a bad answer is left out, and told by its id's line") {
  const Reading questions =
      read("a.json",
           "{\"data\":[{\"paragraphs\":[{\"context\":\"abc\",\"qas\":[\n"
           "{\"id\":\"1\",\"question\":\"id\",\"answers\":[{\"text\":\"b\",\"answer_start\":1}]},\n"
           "{\"question\":\"1\",\"id\": \"1\",\"answers\":[]},\n"
           "{\"id\":\"3\",\"question\":\"q\",\"answers\":[{\"text\":\"b\",\"answer_start\":2}]}\n"
           "]}]}]}",
           "answer");
  CHECK(questions.texts == Strings{"abc"});
  REQUIRE(questions.told.size() == 2);
  CHECK(questions.told[0] ==
        "3: data[0].paragraphs[0].qas[1].id: expected an id of its own, found \"1\" again");
  CHECK_THAT(questions.told[1], Catch::StartsWith("4: data[0].paragraphs[0].qas[2].answers[0]"));
}
