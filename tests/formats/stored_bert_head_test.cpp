#include <catch2/catch.hpp>

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
  CHECK_THAT(refused(with_labels("BertForSequenceClassification", {"a", "b"})),
             Contains("architectures: expected a head that is not BERT's pooler and a linear"));
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
