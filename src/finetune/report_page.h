#pragma once

#include <span>

#include "electra/core/interruption.h"
#include "electra/finetune/finetuning.h"
#include "electra/finetune/task_data.h"
#include "electra/tasks/prediction.h"

namespace electra {

/// The page of a finished fine-tuning: scores with intervals, seeds, confusion matrix, labels, the
/// examples that the model was surest of and wrong about, and every run's curves. `predictions`: of
/// the evaluation file, by the model that was kept. Throws Interrupted if `stop` wants it, which is
/// asked while intervals are drawn.
[[nodiscard]] std::string finetuning_page(const FinetuneConfig& config, const TaskData& data,
                                          const FinetuningResult& result,
                                          std::span<const Prediction> predictions,
                                          const FinetuneFolder& folder,
                                          const StopRequest& stop = {});

}  // namespace electra
