#pragma once

#include <vector>

#include "electra/core/context.h"
#include "electra/core/interruption.h"
#include "electra/finetune/task_data.h"
#include "electra/tasks/prediction.h"

namespace electra {

/// What the model in a directory, with its head, says of the evaluation file: one prediction for
/// each example. Throws IoError if the directory is not of this task and these labels; Interrupted
/// between two batches if `stop` wants it.
[[nodiscard]] std::vector<Prediction> evaluate_model(const std::filesystem::path& model,
                                                     const TaskData& data, Precision precision,
                                                     Context& context,
                                                     const StopRequest& stop = {});

}  // namespace electra
