#include "electra/tasks/task.h"

#include <array>

#include "electra/core/error.h"
#include "tasks/readers/conll.h"
#include "tasks/readers/squad.h"
#include "tasks/readers/table.h"
#include "tasks/score_table.h"

namespace electra {

std::span<const TaskInfo> tasks() {
  using enum TaskKind;
  static const auto table = std::to_array<TaskInfo>({
      {.name = "classify",
       .kind = classify,
       .read = read_table,
       .head = "class",
       .scores = score_infos(classify),
       .help = "one label for a text, or for a pair of texts"},
      {.name = "multilabel",
       .kind = multilabel,
       .read = read_table,
       .head = "class",
       .scores = score_infos(multilabel),
       .help = "any number of labels for a text"},
      {.name = "regress",
       .kind = regress,
       .read = read_table,
       .head = "class",
       .scores = score_infos(regress),
       .help = "a number for a text, or for a pair of texts"},
      {.name = "tag",
       .kind = tag,
       .read = read_conll,
       .head = "tagging",
       .scores = score_infos(tag),
       .help = "a label for each word of a sentence"},
      {.name = "answer",
       .kind = answer,
       .read = read_squad,
       .head = "question",
       .scores = score_infos(answer),
       .length = 384,
       .stride = 128,
       .epochs = 2,
       .help = "the place in a passage that answers a question"},
      {.name = "embed",
       .kind = embed,
       .read = read_table,
       .head = "embedding",
       .scores = score_infos(embed),
       .help = "vectors that are near for texts that belong together"},
  });
  return table;
}

const TaskInfo& task_named(std::string_view name) {
  std::string names;
  for (const TaskInfo& task : tasks()) {
    if (task.name == name) return task;
    names += (names.empty() ? "" : ", ") + std::string(task.name);
  }
  throw ConfigError("task: expected one of " + names + ", found \"" + std::string(name) + "\"");
}

}  // namespace electra
