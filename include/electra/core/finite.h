#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "electra/core/tensor.h"

namespace electra {

/// An element that is NaN or infinite, and its place in the row-major order of its tensor.
struct NonFinite {
  Index index = 0;
  double value = 0;
};

/// The first of these elements that is not finite, if there is one. They are f32 or f64, in host
/// memory, wherever they begin. Throws Error for another type.
[[nodiscard]] std::optional<NonFinite> first_non_finite(std::span<const std::byte> elements,
                                                        DType dtype);

/// "nan at [3, 7]" in a tensor of this shape.
[[nodiscard]] std::string to_string(const NonFinite& found, const Shape& shape);

}  // namespace electra
