#pragma once

#include <filesystem>

#include "electra/core/context.h"
#include "electra/pretrain/pretraining.h"

namespace electra {

/// What a finished run's networks make of a text.
struct PairEvaluation {
  Index documents = 0;
  Index tokens = 0;     // [CLS] and [SEP] not counted
  FigureValues values;  // those of the run's own evaluations
};

/// Evaluates the generator and the discriminator in a run's folder on every document of a text (a
/// file or a folder, as `data.corpus`), packed and masked as the run's held-out documents were; the
/// folder is only read. Of `callbacks` what `say` and `stop_requested` are. Throws Error that names
/// file, tensor or key; Interrupted.
[[nodiscard]] PairEvaluation evaluate_pair(const std::filesystem::path& run,
                                           const std::filesystem::path& text, Context& context,
                                           const RunCallbacks& callbacks = {});

}  // namespace electra
