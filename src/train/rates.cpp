#include "electra/train/rates.h"

#include <array>
#include <cmath>

namespace electra {

std::span<const std::string_view> enum_names(LayerDecayForm) {
  static constexpr std::array<std::string_view, 2> names{"standard", "reference"};
  return names;
}

RateFactor layer_decay(double decay, Index layers, LayerDecayForm form) {
  return [=](const ParameterGroup& group) {
    const auto above = static_cast<double>(layers + 1 - group.order);
    if (above <= 0) return 1.0;
    return std::pow(decay, form == LayerDecayForm::reference ? above + 1 : above);
  };
}

}  // namespace electra
