#include "tasks/readers/table.h"

#include <catch2/catch.hpp>
#include <clocale>
#include <string>
#include <vector>

#include "electra/core/error.h"
#include "support/shared.h"
#include "tasks/labelled_file.h"

using electra::ConfigError;
using electra::Example;
using electra::Examples;
using electra::Index;
using electra::IoError;
using electra::ReadOptions;
using electra::test::LabelledFile;
using electra::test::message_of;

namespace {

using Strings = std::vector<std::string>;

/// "text|text_b|negative|labels|number" of each example.
Strings rows(const Examples& examples) {
  Strings result;
  for (const Example& row : examples.rows) {
    std::string text = row.text + '|' + row.text_b + '|' + row.negative + '|';
    for (const std::string& label : row.labels) text += label + ',';
    result.push_back(text);
  }
  return result;
}

std::vector<Index> lines(const Examples& examples) {
  std::vector<Index> result;
  for (const Example& row : examples.rows) result.push_back(row.line);
  return result;
}

std::vector<double> numbers(const Examples& examples) {
  std::vector<double> result;
  for (const Example& row : examples.rows) result.push_back(row.number);
  return result;
}

Strings read(const std::string& name, const std::string& text, const std::string& task,
             const ReadOptions& options = {}) {
  return rows(LabelledFile(name, text).read(task, options));
}

std::string refusal(const std::string& name, const std::string& text, const std::string& task,
                    const ReadOptions& options = {}) {
  return LabelledFile(name, text).refusal(task, options);
}

}  // namespace

TEST_CASE("two columns are text and label, three text, text_b and label") {
  CHECK(read("a.tsv", "good film\t1\nbad\t0\n", "classify") ==
        Strings{"good film|||1,", "bad|||0,"});
  const LabelledFile pairs("a.tsv", "it rains\tit is wet\tyes\na\tb\tno\n");
  CHECK(rows(pairs.read("classify")) == Strings{"it rains|it is wet||yes,", "a|b||no,"});
  CHECK(pairs.read("classify").pairs);
  CHECK_FALSE(LabelledFile("a.tsv", "a\tb\n").read("classify").pairs);
}

TEST_CASE(
    "a table may have a byte order mark, Windows line ends, empty lines and no last line end") {
  const LabelledFile file("a.TSV",
                          "\xEF\xBB\xBF"
                          "one\t1\r\n\r\n\ntwo\t2");
  const Examples examples = file.read("classify");
  CHECK(rows(examples) == Strings{"one|||1,", "two|||2,"});
  CHECK(lines(examples) == std::vector<Index>{1, 4});
  CHECK(electra::place_of(examples, 1) == file.path().string() + ", line 4");
}

TEST_CASE("nothing is quoted between tabs, and bytes that are not UTF-8 are passed on") {
  CHECK(read("a.txt", "\"a, b\t1\n\xff\"\"\t2\n", "classify") ==
        Strings{"\"a, b|||1,", "\xff\"\"|||2,"});
}

TEST_CASE("CSV has quotes, quotes in quotes, and line ends in quotes") {
  const LabelledFile file("a.csv",
                          "\"one, \"\"two\"\"\",1\r\n\"a\nb\r\nc\",2\r\n\"\",3\nsay \"hi\",4\n"
                          "\"\xff\",\"5\"");
  const Examples examples = file.read("classify");
  CHECK(rows(examples) ==
        Strings{"one, \"two\"|||1,", "a\nb\r\nc|||2,", "|||3,", "say \"hi\"|||4,", "\xff|||5,"});
  CHECK(lines(examples) == std::vector<Index>{1, 2, 5, 6, 7});
}

TEST_CASE("CSV whose quotes do not match is refused where they open or close") {
  CHECK(refusal("a.csv", "a,1\n\"b,2\nc,3\n", "classify") ==
        "a.csv, line 2: expected a quote that closes the one that opens here, found the end of the "
        "file");
  CHECK(refusal("a.csv", "a,1\n\"b\nb\"x,2\n", "classify") ==
        "a.csv, line 3: expected a comma or the line's end after a closing quote, found \"x\"");
}

TEST_CASE("a first line of words that columns are called is a heading, and said") {
  const LabelledFile file("a.tsv", "sentence\tlabel\ngood\t1\n");
  const Examples examples = file.read("classify");
  CHECK(rows(examples) == Strings{"good|||1,"});
  REQUIRE(examples.remarks.size() == 1);
  CHECK(file.without_folder(examples.remarks[0]) ==
        "a.tsv, line 1: a heading; text is column 1 (\"sentence\"), label is column 2 (\"label\")");
  CHECK(read("a.csv", "Label, Text\n1, good\n", "classify") == Strings{" good|||1,"});
  CHECK(read("a.tsv", "idx\thypothesis\tpremise\tgold_label\n7\tb\ta\tx\n", "classify") ==
        Strings{"a|b||x,"});
  CHECK(read("a.tsv", "index\tquestion\tsentence\tlabel\n7\ta\tb\tx\n", "classify") ==
        Strings{"a|b||x,"});
  CHECK(read("a.tsv", "anchor\tpositive\tnegative\na\tb\tc\n", "embed") == Strings{"a|b|c|"});
}

TEST_CASE("words of a text do not make a heading") {
  CHECK(read("a.tsv", "good\tlabel\nbad\t0\n", "classify").size() == 2);
  CHECK(read("a.tsv", "title\t0\n", "classify").size() == 1);
  CHECK(read("a.tsv", "text\tgood\nb\tbad\n", "classify").size() == 2);
  CHECK(read("a.tsv", "a text\tlabel\n", "classify").size() == 1);
}

TEST_CASE("columns are taken by name, or by number") {
  CHECK(read("cola.tsv", "gj04\t1\t\tThe sailors rode.\n", "classify",
             {.text = "4", .label = "2"}) == Strings{"The sailors rode.|||1,"});
  CHECK(read("a.tsv", "left\tright\tgold\nx\ty\t1\n", "classify",
             {.text = "right", .text_b = "left", .label = "gold"}) == Strings{"y|x||1,"});
  CHECK(read("a.tsv", "1\tgood\n0\tbad\n", "classify", {.label = "1"}) ==
        Strings{"good|||1,", "bad|||0,"});
  CHECK(read("a.tsv", "sentence\t1\nb\t0\n", "classify", {.label = "2"}) ==
        Strings{"sentence|||1,", "b|||0,"});
  CHECK(read("a.tsv", "mine\tyours\nx\ty\n", "classify", {.label = "yours"}) == Strings{"x|||y,"});
  CHECK(read("a.tsv", "a\tb\tc\n", "classify", {.text = "2"}) == Strings{"b|||c,"});
  CHECK(read("a.tsv", "sentence1\tsentence2\tlabel\na\tb\tc\n", "classify",
             {.text = "sentence1"}) == Strings{"a|||c,"});
}

TEST_CASE("a column that is not there is refused with those that are") {
  CHECK(refusal("a.tsv", "sentence\tlabel\ngood\t1\n", "classify", {.label = "gold"}) ==
        "a.tsv, line 1: expected a column \"gold\", found \"sentence\", \"label\"");
  CHECK(refusal("a.tsv", "good\t1\n", "classify", {.label = "3"}) ==
        "a.tsv, line 1: expected a column from 1 to 2, found \"3\"");
  CHECK(refusal("a.tsv", "good\t1\n", "classify", {.label = "0"}) ==
        "a.tsv, line 1: expected a column from 1 to 2, found \"0\"");
  CHECK(refusal("a.tsv", "good\n", "classify") ==
        "a.tsv, line 1: expected a column of labels, found \"good\"");
  CHECK(refusal("a.tsv", "a\tb\tc\td\n", "classify") ==
        "a.tsv, line 1: expected a column of text, given by its number, as there are more than "
        "three columns, found \"a\", \"b\", \"c\", \"d\"");
  CHECK(refusal("a.tsv", "a\tb\n", "classify", {.text = "1", .label = "1"}) ==
        "a.tsv, line 1: expected a column of its own for each of text, text_b, negative and label, "
        "found column 1 twice");
  CHECK(refusal("a.tsv", "text\tx\tx\na\tb\tc\n", "classify", {.label = "x"}) ==
        "a.tsv, line 1: expected one column \"x\", found \"text\", \"x\", \"x\"");
  CHECK(refusal("a.tsv", "a\n", "embed") ==
        "a.tsv, line 1: expected a column of texts that belong to the first, found \"a\"");
}

TEST_CASE("rows are as wide as the first, and have a label") {
  CHECK(refusal("a.tsv", "a\t1\n\nb\n", "classify") ==
        "a.tsv, line 3: expected 2 columns, as line 1 has, found 1 column");
  CHECK(refusal("a.csv", "a,1\nb,2,3\n", "classify") ==
        "a.csv, line 2: expected 2 columns, as line 1 has, found 3 columns");
  CHECK(refusal("a.tsv", "text\tlabel\na\t \n", "classify") ==
        "a.tsv, line 2, column 2 (\"label\"): expected a label, found \" \"");
}

TEST_CASE("files without examples are refused") {
  CHECK(refusal("a.tsv", "", "classify") == "a.tsv: expected examples, found an empty file");
  CHECK(refusal("a.tsv", "\xEF\xBB\xBF", "classify") ==
        "a.tsv: expected examples, found an empty file");
  CHECK(refusal("a.csv", "\r\n\n", "classify") ==
        "a.csv: expected examples, found empty lines alone");
  CHECK(refusal("a.jsonl", "\n \n", "classify") ==
        "a.jsonl: expected JSON objects, one a line, found empty lines alone");
  CHECK(refusal("a.tsv", "text\tlabel\n", "classify") ==
        "a.tsv, line 1: expected examples below the heading, found none");
  CHECK(
      refusal("a.xlsx", "a\t1\n", "classify") ==
      "a.xlsx: expected a file that ends with .tsv, .txt, .csv, .jsonl or .json, found \".xlsx\"");
  CHECK(refusal("a.tsv", std::string("a\t1\nb\0\t1\n", 9), "classify") ==
        "a.tsv, line 2: expected text in UTF-8, found a NUL byte");
  const electra::test::TemporaryFolder folder;
  const auto read_path = [](const std::filesystem::path& path) {
    (void)electra::read_table(path, electra::TaskKind::classify, {});
  };
  CHECK_THAT(message_of<IoError>([&] { read_path(folder / "none.tsv"); }),
             Catch::Contains("none.tsv") && Catch::Contains("No such file"));
  std::filesystem::create_directory(folder / "folder.tsv");
  CHECK_THAT(message_of<IoError>([&] { read_path(folder / "folder.tsv"); }),
             Catch::Contains("folder.tsv") && Catch::Contains("directory"));
}

TEST_CASE("several labels stand between semicolons, or there are none") {
  CHECK(read("a.tsv", "x\ta; b;a\ny\t\nz\t;c;\n", "multilabel") ==
        Strings{"x|||a,b,", "y|||", "z|||c,"});
}

TEST_CASE("numbers have a point in every locale, and are finite") {
  const char* before = std::setlocale(LC_ALL, nullptr);
  const std::string locale = before == nullptr ? "C" : before;
  std::setlocale(LC_ALL, "de_DE.UTF-8");
  CHECK(numbers(LabelledFile("a.tsv", "x\t1.5\ny\t+2\nz\t -3e-1 \n").read("regress")) ==
        std::vector<double>{1.5, 2, -0.3});
  std::setlocale(LC_ALL, locale.c_str());
  for (const std::string bad : {"1,5", "", "nan", "inf", "0x10", "1e999", "1.5x", "++1", "+-1"}) {
    CAPTURE(bad);
    CHECK_THAT(refusal("a.tsv", "x\t1\ny\t" + bad + "\n", "regress"),
               Catch::StartsWith("a.tsv, line 2, column 2: expected a finite number, found \""));
  }
}

TEST_CASE("embed has texts, what belongs to them and perhaps what does not") {
  CHECK(read("a.tsv", "a\tb\nc\td\n", "embed") == Strings{"a|b||", "c|d||"});
  CHECK(read("a.tsv", "a\tb\tc\n", "embed") == Strings{"a|b|c|"});
  CHECK(read("a.csv", "q,d,n\nx,y,z\n", "embed", {.text = "q", .text_b = "d", .negative = "n"}) ==
        Strings{"x|y|z|"});
  CHECK(read("a.jsonl", R"({"query":"x","positive":"y"}
{"query":"x","positive":"z","negative":"w"})",
             "embed") == Strings{"x|y||", "x|z|w|"});
}

TEST_CASE("JSON has an object a line, and labels of any kind") {
  CHECK(read("a.jsonl",
             "{\"text\":\"a\\u00e9\",\"label\":\"x\"}\r\n\n{\"label\":1,\"text\":\"\"}\n"
             "{\"label\":true,\"text\":\"c\",\"more\":{}}\n{\"text\":\"d\",\"label\":0.5}",
             "classify") == Strings{"a\u00e9|||x,", "|||1,", "c|||true,", "d|||0.5,"});
  CHECK(read("a.json", R"({"text":"a","labels":["x","y"]}
{"text":"b","labels":[]}
{"text":"c","labels":"x; z"}
{"text":"d","labels":null})",
             "multilabel") == Strings{"a|||x,y,", "b|||", "c|||x,z,", "d|||"});
  CHECK(numbers(LabelledFile("a.jsonl",
                             "{\"text\":\"a\",\"score\":-2}\n"
                             "{\"text\":\"b\",\"score\":\"1e1\"}\n")
                    .read("regress")) == std::vector<double>{-2, 10});
  CHECK(read("a.jsonl", R"({"hypothesis":"b","premise":"a","label":"x"})", "classify") ==
        Strings{"a|b||x,"});
  CHECK(read("a.jsonl", R"({"u":"a","v":"x"})", "classify", {.text = "u"}) == Strings{"a|||x,"});
}

TEST_CASE("JSON that is no object, or lacks what is asked, is refused by its line") {
  const std::string good = "{\"text\":\"a\",\"label\":\"x\"}\n";
  const auto said = [&](const std::string& line, const std::string& task = "classify") {
    return refusal("a.jsonl", good + line, task);
  };
  CHECK(said("[1]") == "a.jsonl, line 2: expected one JSON object a line, found \"[1]\"");
  CHECK_THAT(said("{\"text\":\"a\""), Catch::StartsWith("a.jsonl, line 2: not JSON"));
  CHECK_THAT(said("{\"text\":\"\xff\",\"label\":1}"),
             Catch::StartsWith("a.jsonl, line 2: not JSON"));
  CHECK(said("{\"text\":\"a\"}") ==
        "a.jsonl, line 2, key \"label\": expected a label, found nothing");
  CHECK(said("{\"text\":3,\"label\":\"x\"}") ==
        "a.jsonl, line 2, key \"text\": expected a string, found the number 3");
  CHECK(said("{\"text\":\"a\",\"label\":{}}") ==
        "a.jsonl, line 2, key \"label\": expected a label, found an object");
  CHECK(said("{\"text\":\"a\",\"label\":[[1]]}", "multilabel") ==
        "a.jsonl, line 2, key \"label\": expected labels, separated by ; or in a list, found an "
        "array");
  CHECK(refusal("a.jsonl", good, "classify", {.text = "1"}) ==
        "a.jsonl: expected a column \"1\", found \"label\", \"text\"");
  CHECK(refusal("a.jsonl", R"({"u":"a","v":"x"})", "classify") ==
        "a.jsonl: expected a column of text, found \"u\", \"v\"");
}

TEST_CASE("texts for a prediction need no label") {
  const ReadOptions unlabelled{.labelled = false};
  CHECK(read("a.txt", "one\ntwo words\n", "classify", unlabelled) ==
        Strings{"one|||", "two words|||"});
  CHECK(read("a.tsv", "one\t1\n", "classify", unlabelled) == Strings{"one|||"});
  CHECK(read("a.tsv", "one\ttwo\n", "regress", {.text_b = "2", .labelled = false}) ==
        Strings{"one|two||"});
  CHECK(read("a.tsv", "one\ttwo\tx\n", "regress", unlabelled) == Strings{"one|two||"});
  CHECK(read("a.tsv", "text\none\n", "classify", unlabelled) == Strings{"one|||"});
  CHECK(read("a.txt", "one\n", "embed", unlabelled) == Strings{"one|||"});
  CHECK(read("a.jsonl", "{\"text\":\"a\"}", "multilabel", unlabelled) == Strings{"a|||"});
}

TEST_CASE("a column that a task does not have is a mistake of the configuration") {
  const LabelledFile file("a.tsv", "a\tb\n");
  CHECK_THROWS_AS(file.read("embed", {.label = "2"}), ConfigError);
  CHECK_THROWS_AS(file.read("classify", {.negative = "2"}), ConfigError);
  CHECK_THROWS_AS(file.read("classify", {.comments = true}), ConfigError);
}

TEST_CASE("published sets are read") {
  const auto data = electra::test::shared_folder("ELECTRA_DATA", "data");
  if (data.empty()) return;
  const auto count = [&](const char* file, const ReadOptions& options) {
    return electra::read_table(data / file, electra::TaskKind::classify, options).rows.size();
  };
  CHECK(count("sst2/train.tsv", {}) == 6920);
  CHECK(count("sst2/dev.tsv", {}) == 872);
  CHECK(count("cola/in_domain_train.tsv", {.text = "4", .label = "2"}) == 8551);
  CHECK(count("cola/in_domain_dev.tsv", {.text = "4", .label = "2"}) == 527);
}
