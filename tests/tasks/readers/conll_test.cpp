#include "tasks/readers/conll.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "electra/core/error.h"
#include "support/shared.h"
#include "tasks/labelled_file.h"

using electra::ConfigError;
using electra::Example;
using electra::Examples;
using electra::Index;
using electra::ReadOptions;
using electra::test::LabelledFile;

namespace {

using Strings = std::vector<std::string>;

/// "line: word/tag word/tag" of each sentence.
Strings sentences(const Examples& examples) {
  Strings result;
  for (const Example& row : examples.rows) {
    std::string text = std::to_string(row.line) + ":";
    for (std::size_t i = 0; i < row.words.size(); ++i)
      text += " " + row.words[i] + (row.labels.empty() ? "" : "/" + row.labels[i]);
    result.push_back(text);
  }
  return result;
}

Strings read(const std::string& text, const ReadOptions& options = {}) {
  return sentences(LabelledFile("a.conll", text).read("tag", options));
}

std::string refusal(const std::string& text, const ReadOptions& options = {}) {
  return LabelledFile("a.conll", text).refusal("tag", options);
}

}  // namespace

TEST_CASE("a blank line ends a sentence, and the last column is the tag") {
  CHECK(read("\xEF\xBB\xBF"
             "EU NNP B-ORG\r\nrejects  VBZ   O\r\n \t\r\n\nPeter NNP B-PER") ==
        Strings{"1: EU/B-ORG rejects/O", "5: Peter/B-PER"});
  CHECK(read("New York\tX\tB\n") == Strings{"1: New York/B"});
}

TEST_CASE("document starts are left out, and end a sentence") {
  CHECK(read("-DOCSTART- -X- O O\n\na x y N\n-DOCSTART-\nb x y V\n") ==
        Strings{"3: a/N", "5: b/V"});
}

TEST_CASE("lines that begin with # are words unless they are said to be comments") {
  CHECK(read("# N\n#x V\n") == Strings{"1: #/N #x/V"});
  CHECK(read("# a comment\nx V\n# another\ny N\n", {.comments = true}) == Strings{"2: x/V y/N"});
  CHECK(refusal("x V\n# sent_id = 3\n") ==
        "a.conll, line 2: expected 2 columns, as line 1 has, found 4 columns (comments are read as "
        "words)");
}

TEST_CASE("words and tags are taken from other columns by number") {
  CHECK(read("1\tthe\tDET\tDT\n", {.text = "2", .label = "3"}) == Strings{"1: the/DET"});
  CHECK(read("the\tDET\tDT\nx\tY\n", {.label = "2"}) == Strings{"1: the/DET x/Y"});
  const LabelledFile file("a.conll", "a b\n");
  CHECK_THROWS_AS(file.read("tag", {.label = "tag"}), ConfigError);
  CHECK_THROWS_AS(file.read("tag", {.text_b = "2"}), ConfigError);
}

TEST_CASE("what was read is said") {
  const LabelledFile file("a.conll", "the DET DT\n");
  CHECK(file.without_folder(file.read("tag").remarks.at(0)) ==
        "a.conll: words in column 1, tags in column 3");
  CHECK(file.without_folder(file.read("tag", {.label = "2"}).remarks.at(0)) ==
        "a.conll: words in column 1, tags in column 2");
}

TEST_CASE("lines without their columns are refused") {
  CHECK(refusal("a N\nb\n") == "a.conll, line 2: expected 2 columns or more, found 1 column");
  CHECK(refusal("a x N\nb N\n") ==
        "a.conll, line 2: expected 3 columns, as line 1 has, found 2 columns");
  CHECK(refusal("a x N\nb y\n", {.label = "3"}) ==
        "a.conll, line 2: expected 3 columns or more, found 2 columns");
  CHECK(refusal("a\tN\n\nb\t\n") ==
        "a.conll, line 3, column 2: expected a tag, found an empty cell");
  CHECK(refusal("\tN\n") == "a.conll, line 1, column 1: expected a word, found an empty cell");
  CHECK(refusal("a\tN\n", {.label = "0"}) ==
        "a.conll: label: expected a column from 1 to 1000, found \"0\"");
  CHECK(refusal("") == "a.conll: expected examples, found an empty file");
  CHECK(refusal("\n-DOCSTART- O\n") == "a.conll: expected sentences, found none");
}

TEST_CASE("among tags of spans one that is none is refused by its line") {
  for (const std::string bad : {"X-LOC", "LOC", "B", "I-", "o"}) {
    CAPTURE(bad);
    CHECK(refusal("a O\nb B-LOC\n\nc I-LOC\nd " + bad + "\n") ==
          "a.conll, line 5, column 2: expected O, or B, I, E or S with - and a kind, as other tags "
          "are, found \"" +
              bad + "\"");
  }
  CHECK(read("a O\nb S-LOC\nc B-LOC\nd E-LOC\n").size() == 1);
  CHECK(read("a O\nb B\nc X\n").size() == 1);
  CHECK(read("a NN\nb B-LOC\nc X-\n").size() == 1);
}

TEST_CASE("sentences for a prediction need no tag") {
  const ReadOptions unlabelled{.labelled = false};
  CHECK(read("a\nb X\n\nc\n", unlabelled) == Strings{"1: a b", "4: c"});
}

TEST_CASE("published sets of tags are read") {
  const auto data = electra::test::shared_folder("ELECTRA_DATA", "data");
  if (data.empty()) return;
  const auto count = [&](const char* file, const ReadOptions& options) {
    return electra::read_conll(data / file, electra::TaskKind::tag, options).rows.size();
  };
  CHECK(count("wnut17/train.conll", {}) == 3394);
  CHECK(count("wnut17/dev.conll", {}) == 1009);
  CHECK(count("ud_ewt/train.tsv", {.label = "2"}) == 12544);
  CHECK(count("ud_ewt/dev.tsv", {}) == 2001);
}
