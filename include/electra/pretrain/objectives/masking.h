#pragma once

#include <functional>
#include <string_view>

#include "electra/core/special_ids.h"
#include "electra/data/batch.h"
#include "electra/models/heads/mlm_head.h"
#include "electra/pretrain/config.h"

namespace electra {

/// Most positions that may be masked in an example of this length: the reference's
/// int((share + 0.005) * length), but never less than what `share` of the whole length asks for (at
/// lengths below about 100 the reference's number is smaller), and at least 1.
[[nodiscard]] Index max_predictions(double share, Index length);

/// How many positions to mask: share * real, halves to even, at least 1 and at most
/// `max_predictions`; but never more than the candidates. `real` counts [CLS] and [SEP]; candidates
/// are the tokens that are not [PAD], [CLS], [SEP] or [MASK].
[[nodiscard]] Index mask_count(Index real, Index candidates, double share, Index max_predictions);

/// The name of the column, for each example, of how many of its positions are masked.
inline constexpr std::string_view masks_column = "masks";

/// Adds that column to a batch.
void add_mask_counts(HostBatch& batch, double share, const SpecialIds& special);

/// What a network reads whose masked tokens are to be guessed, and where it has to guess what.
struct Masked {
  TensorView ids;  // [rows], i32
  MaskedPositions where;
  ConstTensorView originals;  // [capacity], i32
};
/// Masks a micro-batch, which has that column, in the pass's arena: the same positions and words
/// for the same seed, step and example.
[[nodiscard]] Masked mask_tokens(Pass& pass, const MicroBatch& batch, const MaskingConfig& masking,
                                 const SpecialIds& special, Index vocabulary);

}  // namespace electra
