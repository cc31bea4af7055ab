#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

#include "electra/core/parameters.h"

namespace electra {

/// A group's learning rate as a share of the schedule's; 0 freezes it. Empty: 1 for all.
using RateFactor = std::function<double(const ParameterGroup&)>;

/// What the head's neighbour gets. standard: the decay once. reference: twice, as the published
/// code has it, which counts a layer too many (google-research/electra, model/optimization.py).
enum class LayerDecayForm : std::uint8_t { standard, reference };
/// "standard", "reference".
[[nodiscard]] std::span<const std::string_view> enum_names(LayerDecayForm);

/// decay^(layers + 1 - depth), depth being ParameterGroup::order: 0 for the embeddings, i + 1 for
/// layer i = 0 …, layers + 1 for the head, whose factor is 1 in either form. `decay` is above 0.
[[nodiscard]] RateFactor layer_decay(double decay, Index layers,
                                     LayerDecayForm form = LayerDecayForm::standard);

}  // namespace electra
