#pragma once

#include <span>
#include <string>

#include "electra/inspect/explanation.h"

namespace electra {

/// A page that stands alone, without a network, light and dark: for each text its tokens, coloured
/// by what they contribute, what the model says, what the generator proposed, and the attention of
/// a layer and head that the reader chooses.
[[nodiscard]] std::string explanation_html(const std::string& model,
                                           std::span<const Explanation> explanations);

}  // namespace electra
