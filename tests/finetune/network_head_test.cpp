#include "finetune/network_head.h"

#include <catch2/catch.hpp>

#include "finetune/some_features.h"

using namespace electra;
using namespace electra::test;

namespace {

StoredHead head(const std::string& task, const FinetuneConfig& config = {}) {
  TaskData data = some_data(task, {4, 5});
  if (task == "classify" || task == "multilabel" || task == "tag")
    data.labels = Labels({"a", "b", "c"});
  data.training.examples.pairs = true;
  data.training.examples.rows[0].answers = {{.text = "a", .begin = 0}};
  return head_of(config, data);
}

}  // namespace

TEST_CASE("a task's head has as many outputs as the task asks for", "[network_head]") {
  for (const char* task : {"classify", "multilabel", "tag"}) {
    CHECK(head(task).config.outputs == 3);
    CHECK(head(task).labels == std::vector<std::string>{"a", "b", "c"});
  }
  CHECK(head("regress").config.outputs == 1);
  CHECK(head("answer").config.outputs == 2);
  CHECK(head("embed").config.outputs == 0);
}

TEST_CASE("a head is of the form that is asked for, where a text has one", "[network_head]") {
  FinetuneConfig config;
  config.head.form = HeadForm::reference;
  config.head.pooling = Pooling::max;
  config.dropout = 0.25F;
  config.features.length = 77;
  for (const char* task : {"classify", "multilabel", "regress"}) {
    CHECK(head(task).kind == "class");
    CHECK(head(task, config).kind == "linear_class");
  }
  CHECK(head("tag", config).kind == "tagging");
  CHECK(head("embed", config).kind == "embedding");
  CHECK(head("embed", config).config.pooling == Pooling::max);
  CHECK(head("classify", config).config.dropout == 0.25F);
  CHECK(head("classify", config).length == 77);
  CHECK(head("classify", config).pairs);
  CHECK(head("classify", config).task == "classify");
}

TEST_CASE("a head of answers knows its windows, and whether there may be none", "[network_head]") {
  FinetuneConfig config;
  config.features.stride = 40;
  config.answers.null_threshold = -1.5;
  config.answers.longest = 7;
  const StoredHead found = head("answer", config);
  CHECK(found.kind == "question");
  CHECK(found.stride == 40);
  CHECK(found.null_threshold == -1.5);
  CHECK(found.max_answer_length == 7);
  CHECK(found.unanswerable);  // the second example has no answer
  CHECK(head("classify", config).stride == 0);
}
