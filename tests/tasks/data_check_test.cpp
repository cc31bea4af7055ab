#include "electra/tasks/data_check.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "support/shared.h"
#include "tasks/labelled_file.h"

using namespace electra;
using namespace electra::test;

namespace {

using Strings = std::vector<std::string>;

/// A training and an evaluation file.
class Files {
 public:
  Files(const std::string& train, const std::string& evaluate, const std::string& extension)
      : extension_(extension) {
    write_file(folder_ / ("train" + extension), train);
    if (!evaluate.empty()) write_file(folder_ / ("dev" + extension), evaluate);
    has_evaluation_ = !evaluate.empty();
  }

  [[nodiscard]] DataCheck check(const std::string& task, DataCheckOptions options = {}) const {
    options.train = folder_ / ("train" + extension_);
    if (has_evaluation_) options.evaluate = folder_ / ("dev" + extension_);
    return check_data(task_named(task), options);
  }
  /// "train:12 conflict" of each finding.
  [[nodiscard]] Strings faults(const std::string& task,
                               const DataCheckOptions& options = {}) const {
    Strings all;
    for (const DataFinding& finding : check(task, options).findings)
      all.push_back(
          std::filesystem::path(finding.file).stem().string() + ":" + std::to_string(finding.line) +
          " " + std::string(enum_names(finding.fault)[static_cast<std::size_t>(finding.fault)]));
    return all;
  }
  /// What is said of the only finding.
  [[nodiscard]] std::string said(const std::string& task,
                                 const DataCheckOptions& options = {}) const {
    const DataCheck found = check(task, options);
    REQUIRE(found.findings.size() == 1);
    std::string text = found.findings.front().what;
    const std::string folder = folder_.path().string() + "/";
    if (const std::size_t at = text.find(folder); at != text.npos) text.erase(at, folder.size());
    return text;
  }

 private:
  TemporaryFolder folder_;
  std::string extension_;
  bool has_evaluation_ = false;
};

/// Letters a to j are words.
const Vocabulary& vocabulary() {
  static const Vocabulary all =
      Vocabulary::from_tokens({"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "b", "c", "d",
                               "e", "f", "g", "h", "i", "j"});
  return all;
}

/// Tokens of at most `length`.
struct Tokens {
  Wordpiece wordpiece{vocabulary()};
  FeatureMaker features;

  Tokens(TaskKind task, Index length)
      : features(wordpiece, vocabulary().special_ids(), task, {.length = length, .stride = 0}) {}
  [[nodiscard]] DataCheckOptions options() const {
    return {.features = &features, .tokenizer = &wordpiece};
  }
};

/// A heading, then "a a" on line 2, "a b" on line 3 to "c j" on line 31, each with the label a.
std::string thirty_rows() {
  std::string text = "text\tlabel\n";
  for (char first = 'a'; first <= 'c'; ++first)
    for (char second = 'a'; second <= 'j'; ++second)
      text += std::string{first, ' ', second} + "\ta\n";
  return text;
}

}  // namespace

TEST_CASE("twelve seeded faults are found by file and line, and nothing else", "[law]") {
  const Files files(thirty_rows() +
                        "a a\tb\n"               // 32: line 2 has another label
                        "a b\ta\n"               // 33: line 3 again
                        "c c c\tz\n"             // 34: a label of its own
                        "d d d\n"                // 35: no label
                        "\xff e e e\ta\n"        // 36: not UTF-8
                        " \ta\n"                 // 37: no text
                        "e \xEF\xBF\xBD f\ta\n"  // 38: U+FFFD
                        "a b c d e f g\ta\n"     // 39: nine tokens
                        "\u2603 a\ta\n"          // 40: a snowman
                        "b b b\tb\n",            // 41
                    "text\tlabel\n"
                    "a c\ta\n"    // 2: in the training file
                    "h h h\ty\n"  // 3: a label that is not
                    "j j j\tb\n",
                    ".tsv");
  const Tokens tokens(TaskKind::classify, 8);
  CHECK(files.faults("classify", tokens.options()) ==
        Strings{"train:35 bad_row", "train:36 bad_encoding", "train:37 empty_text",
                "dev:3 unknown_label", "train:32 conflict", "dev:2 leak", "train:33 repeat",
                "train:34 rare_label", "train:2 imbalance", "train:38 garbled", "train:39 too_long",
                "train:40 unknown_piece"});
  const DataCheck check = files.check("classify", tokens.options());
  REQUIRE(check.files.size() == 2);
  CHECK(check.files[0].examples == 39);
  CHECK(check.files[0].unknown == 1);
  CHECK(check.files[1].tokens == 8);
  CHECK(check.findings[5].other_line == 4);
  REQUIRE(check.labels.size() == 4);
  CHECK(check.labels[0].train == 36);
  CHECK(check.labels[3].label == "y");
  CHECK(check.labels[3].evaluate == 1);
}

TEST_CASE("what is wrong is said, with both lines where there are two") {
  CHECK(Files("a b\tx\nc\ty\na b\ty\nd\tx\n", "", ".tsv").said("classify") ==
        "\"a b\" has \"y\", on line 1 \"x\"");
  CHECK(Files("a b\tx\nc\ty\na b\tx\nd\ty\n", "", ".tsv").said("classify") ==
        "\"a b\" is on line 1, too");
  CHECK(Files("a\tx\nb\tx\n", "b \tx\n", ".tsv").said("classify") ==
        "\"b \" is in train.tsv, line 2, too");
  CHECK(Files("a\tx\nb\tx\nc\ty\nd\ty\n", "b\ty\n", ".tsv").said("classify") ==
        "\"b\" is in train.tsv, line 2, too, with another label");
  CHECK(Files("a\tx\nb\tx\nc\ty\n", "", ".tsv").said("classify") ==
        "the label \"y\" is here alone");
  CHECK(Files("a\tx\nb\n c\tx\n", "", ".tsv").said("classify") ==
        "expected 2 columns, as line 1 has, found 1 column");
  CHECK(Files("a\tx\nc\xff\tx\n", "", ".tsv").said("classify") ==
        "expected UTF-8, found the byte 0xFF");
  CHECK(Files("a\tx\ncaf\u00c3\u00a9\tx\n", "", ".tsv").said("classify") ==
        "looks as if another encoding was read: \"caf\u00c3\u00a9\\tx\"");
  const Tokens tokens(TaskKind::classify, 5);
  CHECK(Files("a b c d e\tx\nb\tx\n", "", ".tsv").said("classify", tokens.options()) ==
        "2 tokens are too many, and cut off");
  CHECK(Files("a xy\tx\nb\tx\n", "", ".tsv").said("classify", tokens.options()) ==
        "the vocabulary cannot spell \"xy\"");
}

TEST_CASE("a conflict is one for each text, a repeat one for each row that adds nothing") {
  CHECK(Files("a\tx\na\ty\na\tx\na\tz\na\ty\n", "", ".tsv").faults("classify") ==
        Strings{"train:2 conflict", "train:3 repeat", "train:5 repeat", "train:4 rare_label"});
}

TEST_CASE("texts of a pair, and labels in any order, count together") {
  CHECK(Files("a\tb\tx\na\tc\ty\nb\ta\tx\na\tb\ty\n", "", ".tsv").faults("classify") ==
        Strings{"train:4 conflict"});
  CHECK(Files("text,label\na,x;y\na,y;x\nb,x\nb,\n", "", ".csv").faults("multilabel") ==
        Strings{"train:5 conflict", "train:3 repeat"});
  CHECK(Files("a\t1\na\t1.0\nb\t2\nb\t3\n", "", ".tsv").faults("regress") ==
        Strings{"train:4 conflict", "train:2 repeat"});
  CHECK(Files("a\tb\tx\n", "a\tx\n", ".tsv").faults("classify") ==
        Strings{"dev:0 bad_file", "train:1 rare_label"});
}

TEST_CASE("words are found by their lines") {
  const Files files("a O\nb O\n\nc B-X\n\na O\nb B-X\n\nd O\nd\n\ne X\n\nf I-X\n",
                    "c B-X\n\n\nh O\ni B-Y\n", ".conll");
  CHECK(files.faults("tag") == Strings{"train:10 bad_row", "train:12 bad_row",
                                       "dev:5 unknown_label", "train:6 conflict", "dev:1 leak",
                                       "train:14 rare_label"});
  CHECK(Files("a O\nb O\n\na O\nb N\n\nc N\n", "", ".conll").said("tag") ==
        "\"a b\" has \"b\" as \"N\", on line 1 \"O\"");
}

TEST_CASE("questions are found by the lines of their ids") {
  const std::string text = R"({"data": [{"paragraphs": [{
    "context": "It rains in Bergen.",
    "qas": [
      {"question": "Where?", "id": "q1", "answers": [{"text": "Bergen", "answer_start": 12}]},
      {"id": "q2", "question": "What?", "answers": [{"text": "rains", "answer_start": 4}]},
      {"id": "q3", "question": "Where?", "answers": [{"text": "in", "answer_start": 9}]},
      {"id": "q4", "question": " ", "answers": []}
    ]}]}]})";
  const Files files(text, "", ".json");
  CHECK(files.faults("answer") ==
        Strings{"train:5 bad_row", "train:7 empty_text", "train:6 conflict"});
  const DataCheck check = files.check("answer");
  CHECK_THAT(check.findings[0].what, Catch::EndsWith("expected \"rains\" at 4, found \"ains \""));
  CHECK(check.findings[2].what == "\"Where?\" has \"in\", on line 4 \"Bergen\"");
  REQUIRE(check.labels.size() == 2);
  CHECK(check.labels[0].label == "answer");
  CHECK(check.labels[0].train == 2);
  const Tokens tokens(TaskKind::answer, 8);
  const Files longer(R"({"data":[{"paragraphs":[{"context":"a","qas":[{"id":"q","question":)"
                     R"("a b c d e","answers":[{"text":"a","answer_start":0}]}]}]}]})",
                     "", ".json");
  CHECK(longer.faults("answer", tokens.options()) == Strings{"train:1 bad_row"});
}

TEST_CASE("rows of embed have all a negative or none, in both files") {
  CHECK(Files("a\tb\tc\na\tb\td\nb\tc\t\n", "e\tf\tg\n", ".tsv").faults("embed") ==
        Strings{"train:3 bad_row"});
  CHECK(Files("a\tb\nc\t \n", "e\tf\tg\n", ".tsv").faults("embed") ==
        Strings{"dev:0 bad_file", "train:2 empty_text"});
}

TEST_CASE("a file without examples is a finding, one that cannot be opened an error") {
  CHECK(Files("", "a\tx\n", ".tsv").faults("classify") == Strings{"train:0 bad_file"});
  CHECK(Files(std::string("a\tx\nb\0c\ty\n", 11), "", ".tsv").faults("classify") ==
        Strings{"train:2 bad_file"});
  CHECK(Files("text,label\na,\n", "", ".csv").faults("multilabel") == Strings{"train:0 bad_file"});
  CHECK(Files("a\tx\n", "", ".tsv").faults("classify", {.read = {.label = "3"}}) ==
        Strings{"train:1 bad_file"});
  CHECK_THROWS_AS(check_data(task_named("classify"), {.train = "nowhere.tsv"}), IoError);
}

TEST_CASE("published sets have the faults that another program counted", "[law]") {
  const auto data = shared_folder("ELECTRA_DATA", "data");
  if (data.empty()) return;
  const auto count = [&](const char* task, const char* train, const char* evaluate,
                         const ReadOptions& read, DataFault fault) {
    const DataCheck check = check_data(
        task_named(task), {.train = data / train, .evaluate = data / evaluate, .read = read});
    CHECK(std::ranges::none_of(check.findings, is_error, &DataFinding::fault));
    return std::ranges::count(check.findings, fault, &DataFinding::fault);
  };
  const auto cola = [&](DataFault fault) {
    return count("classify", "cola/in_domain_train.tsv", "cola/in_domain_dev.tsv",
                 {.text = "4", .label = "2"}, fault);
  };
  CHECK(cola(DataFault::conflict) == 11);
  CHECK(cola(DataFault::leak) == 6);
  CHECK(cola(DataFault::repeat) == 8);
  const auto sst2 = [&](DataFault fault) {
    return count("classify", "sst2/train.tsv", "sst2/dev.tsv", {}, fault);
  };
  CHECK(sst2(DataFault::repeat) == 9);
  CHECK(sst2(DataFault::conflict) + sst2(DataFault::leak) == 0);
  const auto wnut17 = [&](DataFault fault) {
    return count("tag", "wnut17/train.conll", "wnut17/dev.conll", {}, fault);
  };
  CHECK(wnut17(DataFault::conflict) == 11 + 1);  // one in the evaluation file
  CHECK(wnut17(DataFault::repeat) == 91 + 2);
  CHECK(wnut17(DataFault::leak) == 0);
  const auto ud_ewt = [&](DataFault fault) {
    return count("tag", "ud_ewt/train.tsv", "ud_ewt/dev.tsv", {.label = "2"}, fault);
  };
  CHECK(ud_ewt(DataFault::conflict) == 5);
  CHECK(ud_ewt(DataFault::leak) == 68);
  CHECK(ud_ewt(DataFault::repeat) == 805 + 88);
  CHECK(ud_ewt(DataFault::garbled) == 1);
}
