#include "electra/layers/pass.h"

#include <array>
#include <string>

namespace electra {

std::span<const std::string_view> enum_names(Recompute) {
  static constexpr std::array<std::string_view, 3> names{"none", "feed_forward", "block"};
  return names;
}

ConstTensorView MicroBatch::column(std::string_view name) const {
  for (const NamedColumn& column : columns)
    if (column.name == name) return column.values;
  throw Error("the batch has no column \"" + std::string(name) + "\"");
}

Pass pass_over(const MicroBatch& batch, Context& context, Arena& arena, const Draw& draw) {
  return {.context = context,
          .arena = arena,
          .rows = batch.rows,
          .random = {.seed = draw.seed,
                     .step = draw.step,
                     .first_example = static_cast<std::uint32_t>(batch.first)},
          .mode = draw.mode,
          .draws = draw.draws,
          .recompute = draw.recompute};
}

}  // namespace electra
