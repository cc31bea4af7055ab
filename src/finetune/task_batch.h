#pragma once

#include <span>

#include "electra/data/batch.h"
#include "electra/finetune/task_data.h"

namespace electra {

/// Some features of a set in one batch, with the columns of their task. `length`: of its rows, at
/// least the longest feature's.
[[nodiscard]] HostBatch task_batch(const TaskData& data, const TaskSet& set,
                                   std::span<const std::size_t> features, Index length);

/// The longest of them, rounded up to a multiple.
[[nodiscard]] Index longest_of(const TaskSet& set, std::span<const std::size_t> features,
                               Index multiple);

}  // namespace electra
