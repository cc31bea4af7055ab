#pragma once

#include <string>
#include <vector>

#include "electra/finetune/finetuning.h"
#include "electra/finetune/task_data.h"
#include "electra/parallel/communicator.h"

namespace electra {

/// What attempts share.
struct AttemptSetting {
  const FinetuneConfig& config;  // as it was asked for
  const TaskData& data;
  const FinetuneFolder& folder;
  NetworkConfig network;
  Context& context;
  Communicator& ranks;
  const RunCallbacks& callbacks;
  std::string data_hash;
  const std::vector<std::string>& arguments;
};

}  // namespace electra
