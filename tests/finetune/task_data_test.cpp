#include "electra/finetune/task_data.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "electra/core/error.h"
#include "electra/core/file.h"
#include "finetune/some_features.h"
#include "support/temporary_folder.h"

using namespace electra;
using namespace electra::test;
using Catch::Contains;

namespace {

using Numbers = std::vector<std::int32_t>;

const Vocabulary& vocabulary() {
  static const Vocabulary words = Vocabulary::from_tokens(
      {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "b", "c", "##c", "who"});
  return words;
}

/// Two files of one task, and what is made of them.
class Files {
 public:
  Files(const std::string& task, const std::string& train, const std::string& evaluate) {
    const std::string end = task == "tag" ? ".conll" : task == "answer" ? ".json" : ".tsv";
    config.task = task;
    config.features = {.length = 8, .stride = 2};
    config.files.train = (folder_ / ("train" + end)).string();
    config.files.evaluate = (folder_ / ("eval" + end)).string();
    write_file(config.files.train, train);
    write_file(config.files.evaluate, evaluate);
  }
  [[nodiscard]] TaskData read() {
    said.clear();
    const Wordpiece wordpiece(vocabulary());
    return read_task_data(config, wordpiece, vocabulary().special_ids(),
                          [&](const std::string& text) { said += text + "\n"; });
  }
  [[nodiscard]] std::string refusal() {
    return message_of<IoError>([&] { (void)read(); });
  }

  FinetuneConfig config;
  std::string said;

 private:
  TemporaryFolder folder_;
};

TaskData with_label_counts(const std::string& task, const std::vector<int>& counts) {
  std::vector<Numbers> labels;
  std::vector<std::string> names;
  for (std::size_t label = 0; label < counts.size(); ++label) {
    names.push_back(std::to_string(label));
    for (int i = 0; i < counts[label]; ++i) labels.push_back({static_cast<std::int32_t>(label)});
  }
  TaskData data = some_data(task, std::vector<Index>(labels.size(), 4));
  data.labels = Labels(names);
  data.training.labels = labels;
  return data;
}

std::string question(const std::string& passage, const std::string& answers) {
  return R"({"data": [{"paragraphs": [{"context": ")" + passage +
         R"(", "qas": [{"id": "1", "question": "who", "answers": [)" + answers + "]}]}]}]}";
}

}  // namespace

TEST_CASE("both files are read by the labels of the first", "[task_data]") {
  Files files("classify", "a\tyes\nb a\tno\nc\tyes\n", "b\tno\n");
  const TaskData data = files.read();
  CHECK(data.task->kind == TaskKind::classify);
  CHECK(data.labels.names() == std::vector<std::string>{"no", "yes"});
  CHECK(data.training.labels == std::vector<Numbers>{{1}, {0}, {1}});
  CHECK(data.evaluation.labels == std::vector<Numbers>{{0}});
  CHECK(data.training.features[1].ids == Numbers{2, 6, 5, 3});
  CHECK(data.training.tokens() == 3 + 4 + 3);
  CHECK(data.special.pad == 0);
  CHECK(data.class_weights.empty());
  CHECK_THAT(files.said, Contains("training: 3 examples, 10 tokens (") &&
                             Contains("evaluation: 1 examples, 3 tokens ("));
}

TEST_CASE("a label that the training file lacks is refused by file and line", "[task_data]") {
  Files files("classify", "a\tyes\nb\tno\n", "a\tyes\nb\tmaybe\n");
  CHECK_THAT(files.refusal(),
             Contains("eval.tsv, line 2: expected one of the labels ") && Contains("maybe"));
}

TEST_CASE("examples that lose tokens are counted, once each, and said", "[task_data]") {
  Files files("classify", "a a a a a a\tyes\na a a a a a a\tno\nb b b b b b b b\tno\n", "a\tyes\n");
  CHECK(files.read().training.cut == 2);  // 8 tokens with [CLS] and [SEP] fit
  CHECK_THAT(files.said, Contains("2 were longer than the model reads and are cut"));
  Files pairs("embed", "a a a a a a a\tb b b b b b b\na\tb\n", "a\tb\n");
  CHECK(pairs.read().training.cut == 1);
  CHECK_FALSE(Contains("evaluation: 1 examples, 6 tokens; ").match(pairs.said));
}

TEST_CASE("balanced weights give every class the same share", "[task_data]") {
  Files files("classify", "a\tx\na\tx\na\tx\na\ty\n", "b\tx\n");
  files.config.head.class_weights = ClassWeights::balanced;
  const TaskData data = files.read();
  CHECK(data.class_weights == std::vector<float>{4.0F / 6, 2});
  CHECK(constant_loss(data, 32) == Approx(std::log(2.0)));
}

TEST_CASE("words that are cut off count neither in weights nor in the constant answer",
          "[task_data]") {
  std::string sentence;
  for (int i = 0; i < 6; ++i) sentence += std::string("a\t") + (i < 3 ? "A" : "B") + "\n";
  for (int i = 0; i < 9; ++i) sentence += "b\tC\n";  // there is room for 6
  Files files("tag", sentence + "\nc\tC\n\n", "a\tA\n\n");
  const double expected = -2 * (3.0 / 7) * std::log(3.0 / 7) - (1.0 / 7) * std::log(1.0 / 7);
  CHECK(constant_loss(files.read(), 32) == Approx(expected));
  files.config.head.class_weights = ClassWeights::balanced;
  const std::vector<float> weights = files.read().class_weights;
  REQUIRE(weights.size() == 3);
  CHECK(weights[0] == Approx(7.0 / 9));
  CHECK(weights[2] == Approx(7.0 / 3));
}

TEST_CASE("texts of embed are numbered, equal ones equally", "[task_data]") {
  Files files("embed", "a\tb\na\tc\nb\ta c\n", "a\tb\n");
  const TaskData data = files.read();
  CHECK(data.training.parts == 2);
  CHECK(data.training.texts == Numbers{0, 1, 0, 2, 1, 3});
  CHECK(data.labels.size() == 0);
}

TEST_CASE("negatives are in every example or in none", "[task_data]") {
  const std::string heading = "text\ttext_b\tnegative\n";
  Files all("embed", heading + "a\tb\tc\nb\ta\tc\n", heading + "a\tb\tc\n");
  CHECK(all.read().training.parts == 3);
  Files some("embed", heading + "a\tb\tc\nb\ta\t\n", "a\tb\n");
  CHECK_THAT(some.refusal(),
             Contains("train.tsv, line 3: expected a negative as in the examples before"));
  Files later("embed", heading + "a\tb\t\nb\ta\tc\n", "a\tb\n");
  CHECK_THAT(later.refusal(),
             Contains("train.tsv, line 3: expected a negative in every example or in none"));
  Files only_judged("embed", "a\tb\nb\ta\n", heading + "a\tb\tc\n");
  CHECK_THAT(only_judged.refusal(), Contains("eval.tsv: expected no negatives"));
  Files only_learned("embed", heading + "a\tb\tc\nb\ta\tc\n", "a\tb\n");
  CHECK(only_learned.read().evaluation.parts == 2);
}

TEST_CASE("a passage in several windows is said, and its answer is where it is", "[task_data]") {
  const std::string long_passage = "a a a a b a";
  Files files("answer", question(long_passage, R"({"text": "b", "answer_start": 8})"),
              question("a b", R"({"text": "a", "answer_start": 0})"));
  const TaskData data = files.read();
  REQUIRE(data.training.features.size() == 2);  // 4 tokens of the passage each, 2 of them shared
  CHECK(data.training.features[0].start == 0);
  CHECK(data.training.features[1].start == 3 + 2);
  CHECK_THAT(files.said, Contains("2 windows"));
  CHECK(constant_loss(data, 32) == Approx(std::log(8.0)));
}

TEST_CASE("reading stops when it is asked to", "[task_data]") {
  Files files("classify", "a\tyes\nb\tno\n", "b\tno\n");
  const Wordpiece wordpiece(vocabulary());
  CHECK_THROWS_AS(read_task_data(
                      files.config, wordpiece, vocabulary().special_ids(),
                      [](const std::string&) {}, [] { return true; }),
                  Interrupted);
}

TEST_CASE("the best constant answer's loss is the entropy of the labels", "[task_data]") {
  const double entropy = -0.75 * std::log(0.75) - 0.25 * std::log(0.25);
  CHECK(constant_loss(with_label_counts("classify", {3, 1}), 32) == Approx(entropy));
  CHECK(constant_loss(with_label_counts("tag", {2, 2, 2, 2}), 32) == Approx(std::log(4.0)));
  CHECK(constant_loss(with_label_counts("classify", {5}), 32) == 0);
}

TEST_CASE("of several labels it is the mean of each one's entropy", "[task_data]") {
  TaskData data = some_data("multilabel", {4, 4, 4, 4});
  data.labels = Labels({"half", "quarter", "never"});
  data.training.labels = {{0, 1}, {0}, {}, {}};
  const double quarter = -0.75 * std::log(0.75) - 0.25 * std::log(0.25);
  CHECK(constant_loss(data, 32) == Approx((std::log(2.0) + quarter) / 3));
}

TEST_CASE("of numbers it is their variance, of large ones too", "[task_data]") {
  TaskData data = some_data("regress", {4, 4, 4, 4});
  for (const double offset : {0.0, 1e9}) {
    for (std::size_t i = 0; i < 4; ++i)
      data.training.examples.rows[i].number = offset + static_cast<double>(i);
    CHECK(constant_loss(data, 32) == Approx(1.25));
  }
  for (Example& example : data.training.examples.rows) example.number = 0.1;
  CHECK(constant_loss(data, 32) == Approx(0).margin(1e-30));
}

TEST_CASE("of answers it is the mean log of the places, of embed that of the candidates",
          "[task_data]") {
  CHECK(constant_loss(some_data("answer", {4, 8, 16}), 32) == Approx(std::log(8.0)));
  const TaskData pairs = some_data("embed", std::vector<Index>(80, 4), 2);
  CHECK(constant_loss(pairs, 32) == Approx(std::log(32.0)));
  CHECK(constant_loss(pairs, 64) == Approx(std::log(40.0)));  // there are no more
  const TaskData triples = some_data("embed", std::vector<Index>(120, 4), 3);
  CHECK(constant_loss(triples, 32) == Approx(std::log(64.0)));
}
