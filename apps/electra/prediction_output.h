#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "electra/infer/predictor.h"

namespace electra {

/// What a model says of an example, as one object: docs/command.md.
[[nodiscard]] nlohmann::ordered_json json_of(const Predictor& predictor, const Example& example,
                                             const Prediction& prediction);
/// The same as one line of cells between tabs; the text comes last.
[[nodiscard]] std::string line_of(const Predictor& predictor, const Example& example,
                                  const Prediction& prediction);

}  // namespace electra
