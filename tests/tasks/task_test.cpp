#include "electra/tasks/task.h"

#include <catch2/catch.hpp>
#include <set>
#include <string>

#include "electra/core/error.h"
#include "support/temporary_folder.h"
#include "tasks/score_table.h"

using electra::ConfigError;
using electra::ScoreInfo;
using electra::task_named;
using electra::TaskInfo;
using electra::TaskKind;
using electra::test::message_of;

TEST_CASE("each kind of task has one row, with a reader, a head, scores and defaults") {
  std::set<std::string> names;
  std::set<TaskKind> kinds;
  for (const TaskInfo& task : electra::tasks()) {
    CAPTURE(task.name);
    names.emplace(task.name);
    kinds.insert(task.kind);
    CHECK(task.read != nullptr);
    CHECK_FALSE(task.head.empty());
    CHECK_FALSE(task.scores.empty());
    CHECK_FALSE(task.help.empty());
    CHECK(task.length == (task.kind == TaskKind::answer ? 384 : 128));
    CHECK(task.stride == (task.kind == TaskKind::answer ? 128 : 0));
    CHECK(task.epochs == (task.kind == TaskKind::answer ? 2 : 3));
  }
  CHECK(names ==
        std::set<std::string>{"classify", "multilabel", "regress", "tag", "answer", "embed"});
  CHECK(kinds.size() == 6);
}

TEST_CASE("a task has each score once, and each has its measure") {
  for (const TaskInfo& task : electra::tasks()) {
    std::set<std::string_view> keys;
    for (const ScoreInfo& score : task.scores) {
      CHECK(keys.insert(score.key).second);
      CHECK_FALSE(score.title.empty());
      CHECK(score.percent == (score.key != "mse"));
      CHECK((score.better == ScoreInfo::Better::less) == (score.key == "mse"));
    }
    for (const electra::ScoreKind& kind : electra::score_kinds(task.kind))
      CHECK(kind.measure != nullptr);
  }
}

TEST_CASE("a task is found by its name, and one that there is not is refused with those that are") {
  CHECK(task_named("tag").kind == TaskKind::tag);
  CHECK(task_named("classify").scores.front().key == "accuracy");
  CHECK(
      message_of<ConfigError>([] { (void)task_named("tagging"); }) ==
      "task: expected one of classify, multilabel, regress, tag, answer, embed, found \"tagging\"");
}
