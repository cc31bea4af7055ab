#include "pretrain/run_plan.h"

#include <utility>

#include "electra/core/error.h"
#include "electra/io/checkpoint.h"
#include "electra/pretrain/prepared_text.h"
#include "pretrain/initialization.h"

namespace electra {

namespace {

RunPlan new_plan(const PretrainingOptions& options) {
  const PretrainConfig released = with_inputs(options.config);
  check(released);
  std::vector<std::string> remarks = check_released(released);
  return {.config = options.config,
          .origin = {.asked = options.config, .preset = options.preset},
          .remarks = std::move(remarks)};
}

RunPlan resumed_plan(const PretrainingOptions& options, const PretrainFolder& folder) {
  const bool from_start = list_checkpoints(folder.checkpoints()).empty();
  const PretrainConfig now = from_start ? with_inputs(options.config) : options.config;
  RunOrigin origin = origin_of(folder);
  std::string corpus_before = origin.used.data.corpus;
  Resumption resumption = resume_with(origin, {.config = now,
                                               .preset = options.preset,
                                               .minutes = options.minutes.has_value(),
                                               .from_start = from_start});
  if (from_start) {
    origin = {.asked = now, .preset = options.preset};
    for (std::string& line : check_released(resumption.config))
      resumption.remarks.push_back(std::move(line));
  }
  return {.config = std::move(resumption.config),
          .origin = std::move(origin),
          .remarks = std::move(resumption.remarks),
          .corpus_before = std::move(corpus_before)};
}

}  // namespace

PretrainConfig with_inputs(PretrainConfig config) {
  return with_released_sizes(with_prepared_text(std::move(config)));
}

void check_folder(const PretrainFolder& folder, Start start) {
  if (start == Start::fresh)
    folder.check_free();
  else if (list_checkpoints(folder.checkpoints()).empty() && !folder.has_only_begun())
    throw IoError(folder.checkpoints().string() + ": no complete checkpoint to resume from");
}

RunPlan plan_of(const PretrainingOptions& options, const PretrainFolder& folder) {
  return options.start == Start::fresh ? new_plan(options) : resumed_plan(options, folder);
}

}  // namespace electra
