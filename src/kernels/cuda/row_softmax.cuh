#pragma once

#include "kernels/cuda/reduce.cuh"

namespace electra::cuda {

/// Softmax cross-entropy of a row of a few values against one of them, in each lane of the warp
/// that read it. All but the largest are summed, so that neither a loss near 0 nor the slope there
/// loses its digits.
struct RowSoftmax {
  float factor;  // of the values
  float largest;
  int top;     // the place of the largest, the first among equals; -1: everything is NaN
  float rest;  // the sum of exp(factor * (value - largest)), the largest left out
  float loss;  // log(sum exp(factor * value)) - factor * the label's value

  /// softmax - onehot, of the value at a place.
  __device__ float slope(int place, float value, int label) const {
    if (place == label && place == top) return -rest / (1.0F + rest);
    const float share = expf(factor * (value - largest)) / (1.0F + rest);
    return place == label ? share - 1.0F : share;
  }
};

/// Asks value(i) for each i below `count` twice, in the same lane, and for the label's in all: who
/// writes where they come from waits for the warp first. A value of -infinity has no share; NaN,
/// infinity, -infinity alone and a label that is no place of the row make everything NaN.
/// `factor` > 0.
template <class Value>
__device__ RowSoftmax row_softmax(int count, int label, float factor, const Value& value) {
  Best best;
  for (int i = lane(); i < count; i += warp_size) best.take(value(i), i);
  best.over_warp();
  float rest = 0;
  for (int i = lane(); i < count; i += warp_size)
    if (i != best.id) rest += expf(factor * (value(i) - best.score));
  rest = warp_sum(rest);
  const bool inside = label >= 0 && label < count;
  if (!inside || !isfinite(best.score)) rest = NAN;
  const float distance = inside ? factor * (best.score - value(label)) : 0.0F;
  return {factor, best.score, rest == rest ? best.id : -1, rest, log1pf(rest) + distance};
}

}  // namespace electra::cuda
