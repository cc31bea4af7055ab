#pragma once

#include "electra/infer/engine.h"
#include "electra/infer/inference_options.h"

namespace electra {

/// What an engine is told of the options of a class.
[[nodiscard]] Engine::Options engine_options(const InferenceOptions& options,
                                             const HeadConfig& head = {});

}  // namespace electra
