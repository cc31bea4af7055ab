#include "electra/formats/stored_head.h"

#include <catch2/catch.hpp>

#include "formats/stored_head_case.h"

using namespace electra;
using namespace electra::test;
using Catch::Contains;

namespace {

bool same(const StoredHead& a, const StoredHead& b) {
  return a.kind == b.kind && a.task == b.task && a.labels == b.labels && a.config == b.config &&
         a.pairs == b.pairs && a.length == b.length && a.stride == b.stride &&
         a.unanswerable == b.unanswerable && a.null_threshold == b.null_threshold &&
         a.max_answer_length == b.max_answer_length;
}

const std::vector<StoredHead> of_every_kind{
    {.kind = "class",
     .task = "classify",
     .labels = {"no", "yes, \"ja\"", "vielleicht \xC3\xA9"},
     .config = {.outputs = 3, .dropout = 0.25F},
     .pairs = true,
     .length = 77},
    {.kind = "class",
     .task = "multilabel",
     .labels = {"a", "b"},
     .config = {.outputs = 2},
     .length = 128},
    {.kind = "class", .task = "regress", .config = {.outputs = 1}, .length = 128},
    {.kind = "linear_class", .task = "classify", .labels = {"a"}, .config = {.outputs = 1}},
    {.kind = "linear_class", .task = "regress", .config = {.outputs = 1}},
    {.kind = "tagging",
     .task = "tag",
     .labels = {"B-PER", "I-PER", "O"},
     .config = {.outputs = 3},
     .length = 64},
    {.kind = "question",
     .task = "answer",
     .config = {.outputs = 2},
     .length = 384,
     .stride = 128,
     .unanswerable = true,
     .null_threshold = -1.25,
     .max_answer_length = 12},
    {.kind = "embedding", .task = "embed", .config = {.pooling = Pooling::max}, .length = 128},
    {.kind = "embedding",
     .task = "embed",
     .config = {.pooling = Pooling::cls, .normalise = false},
     .pairs = true},
};

}  // namespace

TEST_CASE("a head of every kind reads back as it was written, and so do its weights",
          "[stored_head][law]") {
  for (const StoredHead& head : of_every_kind) {
    CAPTURE(head.kind, head.task);
    const StoredModel a(head);
    StoredModel b(head, 2);
    const TemporaryFolder folder;
    save_network(folder.path(), a.model.parts(), a.store, 0, &head);
    CHECK(same(read_head(folder.path()), head));
    (void)load_network(folder.path(), b.model.parts(), b.store,
                       head.kind == "embedding" ? HeadWeights::if_stored : HeadWeights::required);
    CHECK(weights(a.store) == weights(b.store));
  }
}

TEST_CASE("what transformers has a key for is under that key", "[stored_head]") {
  const auto written = [](const StoredHead& head) {
    const StoredModel model(head);
    const TemporaryFolder folder;
    save_network(folder.path(), model.model.parts(), model.store, 0, &head);
    return json::parse(read_file(folder / "config.json"));
  };
  const json classes = written(of_every_kind[0]);
  CHECK(classes["architectures"] == json{"ElectraForSequenceClassification"});
  CHECK(classes["problem_type"] == "single_label_classification");
  CHECK(classes["id2label"]["1"] == "yes, \"ja\"");
  CHECK(classes["label2id"]["yes, \"ja\""] == 1);
  CHECK(classes["classifier_dropout"] == 0.25);
  CHECK(written(of_every_kind[1])["problem_type"] == "multi_label_classification");
  const json number = written(of_every_kind[2]);
  CHECK(number["problem_type"] == "regression");
  CHECK(number["id2label"].size() == 1);
  const json answers = written(of_every_kind[6]);
  CHECK(answers["architectures"] == json{"ElectraForQuestionAnswering"});
  CHECK_FALSE(answers.contains("id2label"));  // two, unless a file says otherwise
}

TEST_CASE("a directory of transformers is a task by its architecture, labels and problem",
          "[stored_head]") {
  const std::string classes = "ElectraForSequenceClassification";
  CHECK(task(with_labels(classes, {"a", "b", "c"})) == "classify");
  CHECK(task(with_labels(classes, {"a"})) == "regress");
  json several = with_labels(classes, {"a", "b"});
  several["problem_type"] = "multi_label_classification";
  CHECK(task(several) == "multilabel");
  several["problem_type"] = nullptr;
  CHECK(task(several) == "classify");
  CHECK(task(with_labels("ElectraForTokenClassification", {"a"})) == "tag");
  CHECK(task({{"architectures", {"ElectraForQuestionAnswering"}}}) == "answer");
  CHECK(task({{"architectures", {"ElectraModel"}}}) == "embed");
  CHECK(task({{"model_type", "electra"}}) == "embed");
  CHECK(task({{"architectures", {"ElectraForPreTraining"}}}).empty());
  several["problem_type"] = "ranking";
  CHECK_THAT(refused(several), Contains("problem_type: expected regression, single_label") &&
                                   Contains("found \"ranking\""));
  json numbers = with_labels(classes, {"a", "b"});
  numbers["problem_type"] = "regression";
  CHECK_THAT(refused(numbers), Contains("id2label: expected one label of a number"));
}

TEST_CASE("labels that a file does not name are transformers' own", "[stored_head]") {
  const json config{{"architectures", {"ElectraForSequenceClassification"}}};
  using Labels = std::vector<std::string>;
  CHECK(ConfigFolder(config).read().labels == Labels{"LABEL_0", "LABEL_1"});
  json three = config;
  three["num_labels"] = 3;
  CHECK(ConfigFolder(three).read().labels == Labels{"LABEL_0", "LABEL_1", "LABEL_2"});
  CHECK(ConfigFolder(three).read().config.outputs == 3);
  json ten = with_labels("ElectraForTokenClassification",
                         {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "ten"});
  CHECK(ConfigFolder(ten).read().labels[10] == "ten");  // by number, not by text
}

TEST_CASE("dropout of a head is classifier_dropout, else the encoder's", "[stored_head]") {
  json config = with_labels("ElectraForSequenceClassification", {"a", "b"});
  CHECK(ConfigFolder(config).read().config.dropout == 0.1F);
  config["hidden_dropout_prob"] = 0.2;
  CHECK(ConfigFolder(config).read().config.dropout == 0.2F);
  config["classifier_dropout"] = nullptr;
  CHECK(ConfigFolder(config).read().config.dropout == 0.2F);
  config["classifier_dropout"] = 0.3;
  CHECK(ConfigFolder(config).read().config.dropout == 0.3F);
}

TEST_CASE("labels that do not fit together are refused by file and key", "[stored_head]") {
  const std::string tags = "ElectraForTokenClassification";
  json holes = with_labels(tags, {"a", "b"});
  holes["id2label"] = {{"0", "a"}, {"2", "c"}};
  CHECK_THAT(refused(holes), Contains("id2label: expected a name for each id from 0 to 1"));
  holes["id2label"] = {{"0", "a"}, {"1", 7}};
  CHECK_THAT(refused(holes), Contains("id2label: expected a name for each id"));
  holes["id2label"] = "a, b";
  CHECK_THAT(refused(holes), Contains("id2label: expected an object, found \"a, b\""));
  holes["id2label"] = {"a", "b"};
  CHECK_THAT(refused(holes), Contains("id2label: expected an object"));
  json none{{"architectures", {tags}}, {"num_labels", 0}};
  CHECK_THAT(refused(none), Contains("num_labels: expected a positive integer, found 0"));
  CHECK_THAT(refused(with_labels("ElectraForQuestionAnswering", {"a", "b", "c"})),
             Contains("id2label: expected 2 labels"));
}

TEST_CASE("a damaged description of ours is refused by file and key", "[stored_head]") {
  const auto damaged = [](const std::string& key, const json& value) {
    json config = with_labels("ElectraForSequenceClassification", {"a", "b"});
    config["libelectra"] = {{"task", "classify"}, {"head", "class"}, {"pairs", false}};
    config["libelectra"][key] = value;
    return refused(config);
  };
  CHECK_THAT(damaged("head", "heads_up"),
             Contains("libelectra: expected for head one of ") && Contains("linear_class"));
  CHECK_THAT(damaged("head", 3), Contains("libelectra: expected for head one of "));
  CHECK_THAT(damaged("task", "tag"), Contains("libelectra: expected a head for the task tag"));
  CHECK_THAT(damaged("task", nullptr), Contains("another kind of value for task"));
  CHECK_THAT(damaged("pairs", "yes"), Contains("another kind of value for pairs"));
  CHECK_THAT(damaged("length", -5), Contains("another kind of value for length"));
  CHECK_THAT(damaged("length", 12.5), Contains("another kind of value for length"));
  CHECK_THAT(damaged("stride", 1e30), Contains("another kind of value for stride"));
  CHECK_THAT(damaged("unanswerable", 1), Contains("another kind of value for unanswerable"));
  CHECK_THAT(damaged("null_threshold", "0"), Contains("another kind of value for null_threshold"));
  CHECK_THAT(damaged("max_answer_length", -1),
             Contains("another kind of value for max_answer_length"));
  CHECK_THAT(damaged("max_answer_length", 0),
             Contains("libelectra.max_answer_length: expected 1 or more, found 0"));
  json config = with_labels("ElectraForSequenceClassification", {"a", "b"});
  config["libelectra"] = "classify";
  CHECK_THAT(refused(config), Contains("libelectra: expected an object, found \"classify\""));
  json vectors{{"architectures", {"ElectraModel"}}, {"libelectra", {{"pooling", "sum"}}}};
  CHECK_THAT(refused(vectors), Contains("libelectra: expected for pooling one of cls, mean"));
}
