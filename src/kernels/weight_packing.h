#pragma once

#include "electra/core/packed_weight.h"
#include "electra/core/tensor.h"

namespace electra {

/// How weights are laid out for the products of an instruction set: behind the functions of
/// electra/kernels/packed_linear.h.
struct WeightPacking {
  Index row_unit;
  Index (*words)(WeightFormat format, Index out, Index in);
  Index (*scales)(WeightFormat format, Index out, Index in);
  /// Rows from `first` to the last of them, all checked.
  void (*rows)(ConstTensorView rows, const PackedWeight& to, Index first);
  bool (*has_unit)(WeightFormat format);
};

/// That of the set which `instruction_set()` names.
[[nodiscard]] const WeightPacking& weight_packing();

}  // namespace electra
