#pragma once

#include <string>
#include <vector>

#include "electra/pretrain/pretraining.h"
#include "electra/pretrain/resumption.h"

namespace electra {

/// What a run goes by, settled before anything is made.
struct RunPlan {
  PretrainConfig config;  // as far as it is known without the data
  RunOrigin origin;       // but for what is used in the end
  std::vector<std::string> remarks = {};
  std::string corpus_before = {};  // of a resume: where the run found its corpus
};

/// The configuration with what the directories that it names decide: a prepared text, released
/// weights. Throws Error.
[[nodiscard]] PretrainConfig with_inputs(PretrainConfig config);
/// Throws Error where a run may not begin, or there is none to go on with. Touches nothing.
void check_folder(const PretrainFolder& folder, Start start);
/// Of a new run, or of one that goes on, which without a checkpoint begins again with what it has
/// prepared. Throws Error for what cannot be, or what a resume may not change.
[[nodiscard]] RunPlan plan_of(const PretrainingOptions& options, const PretrainFolder& folder);

}  // namespace electra
