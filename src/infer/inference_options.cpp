#include "electra/infer/inference_options.h"

#include <array>

namespace electra {

std::span<const std::string_view> enum_names(InferencePrecision) {
  static constexpr std::array<std::string_view, 3> names{"f32", "bf16", "int8"};
  return names;
}

}  // namespace electra
