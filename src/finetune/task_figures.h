#pragma once

#include <span>

#include "electra/tasks/task.h"
#include "electra/train/figures.h"

namespace electra {

/// The figures of a task: its loss, how much of what is trained on is right, and its scores, which
/// evaluations alone have. The table lives as long as the program.
[[nodiscard]] std::span<const Figure> task_figures(TaskKind task);

/// Whether an answer of the task is right or wrong.
[[nodiscard]] constexpr bool has_right(TaskKind task) { return task != TaskKind::regress; }

}  // namespace electra
