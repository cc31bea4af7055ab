#pragma once

#include "electra/layers/pass.h"

namespace electra {

/// Dropout inside a head: the numbers of its places are apart from the encoder's.
class HeadDropout {
 public:
  /// `place`: its number among the head's, from 0.
  HeadDropout(float rate, int place) : rate_(rate), place_(place) {}

  /// x [rows of `texts`, width] to a tensor of its own; x itself where nothing is dropped.
  [[nodiscard]] TensorView forward(Pass& pass, TensorView x, const TextRows& texts) const;
  /// In place.
  void backward(Pass& pass, TensorView dy, const TextRows& texts) const;

 private:
  float rate_;
  int place_;
};

/// Rows of a tensor that has one for each text of the pass.
[[nodiscard]] TextRows one_row_each(const TextRows& texts);

/// The width that a product for so many outputs has.
[[nodiscard]] constexpr Index padded_outputs(Index outputs) { return (outputs + 7) / 8 * 8; }

}  // namespace electra
