#include "electra/data/examples.h"

#include <string>

#include "electra/core/error.h"

namespace electra {

Examples Examples::slice(Index begin, Index part) const {
  if (begin < 0 || part < 0 || begin + part > count())
    throw ShapeError("examples: no examples [" + std::to_string(begin) + ", " +
                     std::to_string(begin + part) + ") of " + std::to_string(count()));
  const auto cut = [&](const std::vector<std::int32_t>& values, Index width) {
    const auto from = values.begin() + begin * width;
    return std::vector<std::int32_t>(from, from + part * width);
  };
  return {.length = length,
          .first = first + begin,
          .ids = cut(ids, length),
          .types = cut(types, length),
          .lengths = cut(lengths, 1),
          .mask_counts = cut(mask_counts, 1)};
}

}  // namespace electra
