#pragma once

#include <memory>

#include "electra/finetune/objectives/task_objective.h"

namespace electra {

/// The objective of the data's task: the table in objectives.cpp.
[[nodiscard]] std::unique_ptr<TaskObjective> make_objective(ParameterStore& store, TaskSetup setup);

}  // namespace electra
