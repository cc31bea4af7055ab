#pragma once

#include <span>

#include "electra/tasks/task.h"
#include "tasks/scores/measure.h"

namespace electra {

/// A row of the table of scores.
struct ScoreKind {
  ScoreInfo info;
  Measure (*measure)(Evidence& evidence) = nullptr;
};

/// Those of a task, the one that decides first: the tables in score_table.cpp.
[[nodiscard]] std::span<const ScoreKind> score_kinds(TaskKind task);
/// Their descriptions, in the same order.
[[nodiscard]] std::span<const ScoreInfo> score_infos(TaskKind task);

}  // namespace electra
