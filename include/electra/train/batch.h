#pragma once

#include "electra/data/examples.h"
#include "electra/layers/pass.h"

namespace electra {

/// A micro-batch on the device; the sequences' lengths are in the pass.
struct Batch {
  ConstTensorView ids;          // [batch, length], i32
  ConstTensorView types;        // [batch, length], i32
  ConstTensorView mask_counts;  // [batch], i32
  Index capacity = 0;           // of the masked positions: batch * max_predictions
};

/// Copies examples into the pass's arena and sets pass.sequences and the first example of
/// pass.random. `max_predictions` is the most positions that one sequence has masked.
[[nodiscard]] Batch upload(Pass& pass, const Examples& examples, Index max_predictions);

}  // namespace electra
