#pragma once

#include "kernels/cuda/reduce.cuh"

namespace electra::cuda {

/// What softmax cross-entropy needs of one row of few values, in each lane of the warp that read
/// it.
struct RowSoftmax {
  float factor;  // of the values
  Best best;     // the largest value and its place, the first among equals; NaN is passed over
  float sum;     // of exp(factor * (value - best))
  float loss;    // log(sum exp(factor * value)) - factor * target

  __device__ float probability(float value) const {
    return expf(factor * (value - best.score)) / sum;
  }
};

/// value(i) of i = 0 to count - 1: in any number, read twice, by the same lane. -infinity counts as
/// nothing; factor > 0. NaN or +infinity in the row, or a target that is no place of it, makes loss
/// and probabilities NaN. Who writes where values are read waits for the warp first.
template <class Value>
__device__ RowSoftmax row_softmax(int count, int target, float factor, const Value& value) {
  Best best;
  for (int i = lane(); i < count; i += warp_size) best.take(value(i), i);
  best.over_warp();
  float sum = 0;
  for (int i = lane(); i < count; i += warp_size) sum += expf(factor * (value(i) - best.score));
  sum = warp_sum(sum);
  if (target < 0 || target >= count) sum = NAN;
  const float distance = target >= 0 && target < count ? best.score - value(target) : 0.0F;
  return {factor, best, sum, logf(sum) + factor * distance};
}

}  // namespace electra::cuda
