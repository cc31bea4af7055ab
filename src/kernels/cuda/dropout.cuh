#pragma once

#include "electra/core/random.h"
#include "kernels/math/dropout.h"

namespace electra::cuda {

/// A RandomKey as kernels take it.
struct Draw {
  std::uint64_t seed = 0;
  const std::int32_t* step = nullptr;
  std::uint32_t first_example = 0;
  std::uint32_t site = 0;

  __device__ math::Words4 words(std::uint32_t block, std::uint32_t example) const {
    return math::philox(
        seed, {block, first_example + example, site, static_cast<std::uint32_t>(*step)});
  }
};

[[nodiscard]] inline Draw draw_of(const RandomKey& key) {
  return {.seed = key.seed,
          .step = key.step ? key.step.data<std::int32_t>() : nullptr,
          .first_example = key.first_example,
          .site = key.site.value};
}

/// Dropout of [rows, width] activations, `length` rows an example: elements of one example are
/// numbered row * width + column.
struct RowDropout {
  Draw draw;
  math::DropoutRate rate;
  int length = 1;
  int width = 1;

  __device__ bool active() const { return rate.threshold > 0; }

  /// Multiplies `count` consecutive elements, at a multiple of `count`, by the scale where they are
  /// kept, else by 0. `count` divides 8.
  template <int count>
  __device__ void apply(int row, int column, float (&values)[count]) const {
    if (!active()) return;
    const auto element = static_cast<std::uint32_t>(row % length * width + column);
    math::Words4 words = draw.words(element / 8, static_cast<std::uint32_t>(row / length));
    if constexpr (count == 8) {
#pragma unroll
      for (int i = 0; i < count; ++i) values[i] *= factor(math::half(words, i));
    } else {
      const auto first = static_cast<int>(element % 8);
#pragma unroll
      for (int i = 0; i < count; ++i) values[i] *= factor(math::half(words, first + i));
    }
  }

 private:
  __device__ float factor(std::uint32_t number) const {
    return number >= rate.threshold ? rate.scale : 0.0F;
  }
};

[[nodiscard]] inline RowDropout row_dropout(const RandomKey& key, float p, Index length,
                                            Index width) {
  return {.draw = draw_of(key),
          .rate = math::dropout_rate(p),
          .length = static_cast<int>(length),
          .width = static_cast<int>(width)};
}

}  // namespace electra::cuda
