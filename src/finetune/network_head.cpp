#include "finetune/network_head.h"

#include <algorithm>

#include "electra/core/error.h"

namespace electra {

namespace {

Index outputs_of(const TaskData& data) {
  switch (data.task->kind) {
    case TaskKind::regress:
      return 1;
    case TaskKind::answer:
      return 2;
    case TaskKind::embed:
      return 0;
    case TaskKind::classify:
    case TaskKind::multilabel:
    case TaskKind::tag:
      return data.labels.size();
  }
  throw Error("a task without outputs");
}

bool has_unanswerable(const TaskSet& set) {
  return std::ranges::any_of(set.examples.rows,
                             [](const Example& example) { return example.answers.empty(); });
}

}  // namespace

StoredHead head_of(const FinetuneConfig& config, const TaskData& data) {
  const bool linear = data.task->head == "class" && config.head.form == HeadForm::reference;
  StoredHead head{.kind = linear ? "linear_class" : std::string(data.task->head),
                  .task = std::string(data.task->name),
                  .labels = data.labels.names(),
                  .config = {.outputs = outputs_of(data),
                             .dropout = config.dropout,
                             .pooling = config.head.pooling},
                  .pairs = data.training.examples.pairs,
                  .length = config.features.length};
  if (data.task->kind == TaskKind::answer) {
    head.stride = config.features.stride;
    head.unanswerable = has_unanswerable(data.training);
    head.null_threshold = config.answers.null_threshold.value_or(0);
    head.max_answer_length = config.answers.longest;
  }
  return head;
}

}  // namespace electra
