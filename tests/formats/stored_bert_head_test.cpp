#include <catch2/catch.hpp>
#include <filesystem>
#include <numeric>
#include <span>

#include "formats/stored_head_case.h"

using namespace electra;
using namespace electra::test;
using Catch::Contains;

TEST_CASE("a BERT's heads are read by their task", "[stored_head]") {
  CHECK(task(with_labels("BertForTokenClassification", {"a", "b"})) == "tag");
  CHECK(task({{"architectures", {"BertForQuestionAnswering"}}}) == "answer");
  CHECK(task({{"architectures", {"BertModel"}}}) == "embed");
  for (const char* name : {"BertForPreTraining", "BertForMaskedLM"})
    CHECK(ConfigFolder(json{{"architectures", {name}}}).read().kind == "masked_token");
  const std::string classes = "BertForSequenceClassification";
  CHECK(ConfigFolder(with_labels(classes, {"a", "b"})).read().kind == "pooled_class");
  CHECK(task(with_labels(classes, {"a", "b"})) == "classify");
  CHECK(task(with_labels(classes, {"a"})) == "regress");
  json several = with_labels(classes, {"a", "b"});
  several["problem_type"] = "multi_label_classification";
  CHECK(task(several) == "multilabel");
  CHECK_THAT(refused({{"architectures", {"BertForMultipleChoice"}}}),
             Contains("architectures: expected one of ElectraForMaskedLM, ") &&
                 Contains("found [\"BertForMultipleChoice\"]"));
}

TEST_CASE("weights of a BERT that tags or answers are read as an ELECTRA's", "[stored_head][law]") {
  const StoredHead tags{.kind = "tagging",
                        .task = "tag",
                        .labels = {"B-PER", "I-PER", "O"},
                        .config = {.outputs = 3}};
  const StoredHead spans{.kind = "question", .task = "answer", .config = {.outputs = 2}};
  for (const StoredHead& head : {tags, spans}) {
    const StoredModel a(head);
    StoredModel b(head, 2);
    const TemporaryFolder folder;
    save_network(folder.path(), a.model.parts(), a.store, 0, &head);
    std::vector<std::string> heads;
    rewrite(folder.path(), [&](const std::string& name) {
      if (!name.starts_with("electra.")) heads.push_back(name);
      return std::optional(name.starts_with("electra.") ? "bert." + name.substr(8) : name);
    });
    json config = json::parse(read_file(folder / "config.json"));
    config.erase("libelectra");
    config["model_type"] = "bert";
    config["architectures"] = {head.task == "tag" ? "BertForTokenClassification"
                                                  : "BertForQuestionAnswering"};
    write_file(folder / "config.json", config.dump());
    CHECK(heads == (head.task == "tag"
                        ? std::vector<std::string>{"classifier.bias", "classifier.weight"}
                        : std::vector<std::string>{"qa_outputs.bias", "qa_outputs.weight"}));
    CHECK(read_head(folder.path()).task == head.task);
    CHECK(read_head(folder.path()).labels == head.labels);
    (void)load_network(folder.path(), b.model.parts(), b.store);
    CHECK(weights(a.store) == weights(b.store));
  }
}

TEST_CASE("a classifier on BERT's pooler is read with it, and written as a BERT alone",
          "[stored_head][law]") {
  const StoredHead linear{.kind = "linear_class",
                          .task = "classify",
                          .labels = {"a", "b", "c"},
                          .config = {.outputs = 3}};
  const StoredModel a(linear);
  StoredHead pooled = linear;
  pooled.kind = "pooled_class";
  StoredModel b(pooled, 2);
  const TemporaryFolder folder;
  CHECK_THAT(
      message_of<Error>([&] { save_network(folder / "no", b.model.parts(), b.store, 0, &pooled); }),
      Contains("an ELECTRA has") && Contains("found that of BertForSequenceClassification"));
  CHECK_FALSE(std::filesystem::exists(folder / "no"));
  save_network(folder / "bert", b.model.parts(), b.store, 0, &pooled, ModelForm::bert);
  StoredModel c(pooled, 3);
  (void)load_network(folder / "bert", c.model.parts(), c.store);
  CHECK(weights(c.store) == weights(b.store));
  CHECK(read_head(folder / "bert").kind == "pooled_class");

  save_network(folder.path(), a.model.parts(), a.store, 0, &linear);
  const auto width = static_cast<std::size_t>(StoredModel::network().hidden);
  std::vector<float> weight(width * width), bias(width);
  std::iota(weight.begin(), weight.end(), 1.0F);
  std::iota(bias.begin(), bias.end(), -7.0F);
  const auto tensor = [](const char* name, const std::vector<float>& values,
                         std::vector<Index> shape) {
    return StoredTensor{name, StoredType::f32, std::move(shape), std::as_bytes(std::span(values))};
  };
  const Index w = std::ssize(bias);
  rewrite(folder.path(),
          [](const std::string& name) {
            return std::optional(name.starts_with("electra.") ? "bert." + name.substr(8) : name);
          },
          {tensor("bert.pooler.dense.weight", weight, {w, w}),
           tensor("bert.pooler.dense.bias", bias, {w})});
  const StoredNetwork taken = load_network(folder.path(), b.model.parts(), b.store);
  CHECK(taken.left_out.empty());
  const auto values = [](const StoredModel& of, const char* name) {
    const auto all = of.store.find(name)->master.span<float>();
    return std::vector<float>(all.begin(), all.end());
  };
  CHECK(values(b, "head/dense/weight") == weight);
  CHECK(values(b, "head/dense/bias") == bias);
  for (const char* name : {"head/output/weight", "head/output/bias", "embeddings/word"})
    CHECK(values(b, name) == values(a, name));
}
