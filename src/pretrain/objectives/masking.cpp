#include "electra/pretrain/objectives/masking.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "electra/core/context.h"
#include "electra/kernels/mask_tokens.h"

namespace electra {
namespace {

/// Halves to even, whatever the rounding mode.
Index round_to_even(double value) {
  const double whole = std::floor(value);
  const double rest = value - whole;
  const auto below = static_cast<Index>(whole);
  return rest > 0.5 || (rest == 0.5 && below % 2 != 0) ? below + 1 : below;
}

}  // namespace

Index max_predictions(double share, Index length) {
  const auto extent = static_cast<double>(length);
  const auto reference = static_cast<Index>((share + 0.005) * extent);
  return std::max({Index{1}, reference, round_to_even(share * extent)});
}

Index mask_count(Index real, Index candidates, double share, Index max_predictions) {
  const Index wanted = round_to_even(share * static_cast<double>(real));
  return std::min(candidates, std::max(Index{1}, std::min(max_predictions, wanted)));
}

void add_mask_counts(HostBatch& batch, double share, const SpecialIds& special) {
  const Index most = max_predictions(share, batch.length);
  Column masks{.name = std::string(masks_column), .per = Column::Per::example, .values = {}};
  for (Index row = 0; row < batch.count(); ++row) {
    const auto first = batch.ids.begin() + row * batch.length;
    const Index candidates = std::count_if(first, first + batch.length, [&](std::int32_t id) {
      return id != special.pad && id != special.cls && id != special.sep && id != special.mask;
    });
    const Index real = batch.lengths[static_cast<std::size_t>(row)];
    masks.values.push_back(static_cast<std::int32_t>(mask_count(real, candidates, share, most)));
  }
  batch.columns.push_back(std::move(masks));
}

Masked mask_tokens(Pass& pass, const MicroBatch& batch, const MaskingConfig& masking,
                   const SpecialIds& special, Index vocabulary) {
  const Index capacity = batch.rows.batch * max_predictions(masking.share, batch.rows.length);
  const TensorView ids = pass.tensor(batch.ids.shape(), DType::i32);
  const TensorView positions = pass.tensor({capacity}, DType::i32);
  const TensorView originals = pass.tensor({capacity}, DType::i32);
  const TensorView count = pass.tensor({1}, DType::i32);
  pass.context.run(MaskTokens{.ids = batch.ids,
                              .rows = pass.rows,
                              .mask_counts = batch.column(masks_column),
                              .masked_ids = ids,
                              .positions = positions,
                              .originals = originals,
                              .count = count,
                              .special = special,
                              .vocabulary = vocabulary,
                              .keep = static_cast<float>(masking.keep),
                              .random_share = static_cast<float>(masking.random_share),
                              .draw = masking.with_replacement
                                          ? MaskTokens::Draw::with_replacement
                                          : MaskTokens::Draw::without_replacement,
                              .random = pass.of(Network::none).key(0, Place::mask_position)});
  return {.ids = ids, .where = {positions, count}, .originals = originals};
}

}  // namespace electra
