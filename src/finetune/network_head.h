#pragma once

#include "electra/finetune/config.h"
#include "electra/finetune/task_data.h"
#include "electra/formats/stored_head.h"

namespace electra {

/// The head that a configuration asks for on these data, as an export says it.
[[nodiscard]] StoredHead head_of(const FinetuneConfig& config, const TaskData& data);

}  // namespace electra
