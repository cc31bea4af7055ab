#pragma once

#include "core/philox.h"
#include "kernels/cuda/reduce.cuh"

namespace electra::cuda {

/// Scores of one row's ids, logit / temperature + g, and a bound on them that is cheap
/// (docs/math/cross_entropy.md).
struct GumbelSampler {
  std::uint64_t seed;
  math::Words4 counter;
  const float* temperature;
  float inverse;  // of the temperature
  int excluded;   // an id that is never sampled; -1: none

  __device__ math::Words4 words(int block) const {
    return math::philox(seed, {static_cast<std::uint32_t>(block), counter.y, counter.z, counter.w});
  }
  __device__ static float uniform(std::uint32_t word) {
    return (static_cast<float>(word) + 0.5F) * 0x1p-32F;
  }

  /// As electra::math::gumbel defines it.
  __device__ float score(float logit, int id) const {
    const math::Words4 block = words(id / 4);
    const std::uint32_t low = id % 2 == 0 ? block.x : block.y;
    const std::uint32_t high = id % 2 == 0 ? block.z : block.w;
    const float u = uniform(id % 4 < 2 ? low : high);
    return logit / *temperature - logf(-log1pf(-u));
  }

  /// But for rounding, no score of ids 8 vector to 8 vector + 7 is higher; `top` is the highest
  /// of their logits.
  __device__ float bound(float top, int vector) const {
    constexpr float ln_2 = 0.69314718F;
    const math::Words4 a = words(2 * vector), b = words(2 * vector + 1);
    const std::uint32_t least =
        min(min(min(a.x, a.y), min(a.z, a.w)), min(min(b.x, b.y), min(b.z, b.w)));
    return top * inverse - ln_2 * __log2f(uniform(least));
  }
  /// A bound below this is no better than the best score.
  __device__ static float least_bound(float best) { return best - (1e-4F + 4e-6F * fabsf(best)); }

  /// The best of vectors first, first + stride, … by a whole warp, in every lane.
  template <class Row>
  __device__ Best best_of(const Row& row, int first, int stride) const {
    Best best;
    constexpr int at_once = warp_size / Row::elements;
    for (int vector = first + lane() / Row::elements * stride; vector < row.vectors();
         vector += at_once * stride) {
      const int id = vector * Row::elements + lane() % Row::elements;
      if (id >= row.vocabulary || id == excluded) continue;
      const float found = score(row.at(id), id);
      if (found > -INFINITY) best.take(found, id);
    }
    best.over_warp();
    return best;
  }
};

}  // namespace electra::cuda
