#pragma once

#include "electra/core/random.h"
#include "kernels/cuda/row_places.cuh"
#include "kernels/math/dropout.h"

namespace electra::cuda {

/// A RandomKey as kernels take it.
struct Draw {
  std::uint64_t seed = 0;
  const std::int32_t* step = nullptr;
  std::uint32_t first_example = 0;
  std::uint32_t site = 0;

  __device__ math::Words4 words(std::uint32_t block, std::uint32_t example) const {
    return math::philox(seed,
                        {block, first_example + example, site, static_cast<std::uint32_t>(*step)});
  }
};

[[nodiscard]] inline Draw draw_of(const RandomKey& key) {
  return {.seed = key.seed,
          .step = key.step ? key.step.data<std::int32_t>() : nullptr,
          .first_example = key.first_example,
          .site = key.site.value};
}

/// Dropout of [rows, width] activations: elements of one example are numbered place * width +
/// column.
struct RowDropout {
  Draw draw;
  math::DropoutRate rate;
  RowPlaces places;
  int width = 1;

  __device__ bool active() const { return rate.threshold > 0; }

  /// The number of a row's first element, in its example.
  struct Start {
    std::uint32_t example, element;
  };
  __device__ Start start_of(int row) const {
    return {static_cast<std::uint32_t>(places.example_of(row)),
            static_cast<std::uint32_t>(places.place_of(row)) * static_cast<std::uint32_t>(width)};
  }

  /// Multiplies `count` consecutive elements, at a multiple of `count`, by the scale where they are
  /// kept, else by 0. `count` is 1, 4 or 8.
  template <int count>
  __device__ void apply(int row, int column, float (&values)[count]) const {
    if (active()) apply(start_of(row), column, values);
  }
  template <int count>
  __device__ void apply(Start row, int column, float (&values)[count]) const {
    if (!active()) return;
    static_assert(count == 1 || count == 4 || count == 8);
    const std::uint32_t element = row.element + static_cast<std::uint32_t>(column);
    math::Words4 words = draw.words(element / 8, row.example);
    if constexpr (count == 1) {
      values[0] *= factor(math::half(words, static_cast<int>(element % 8)));
    } else {
      if (element % 8 >= count) words = {words.z, words.w, 0, 0};
#pragma unroll
      for (int i = 0; i < count; ++i) values[i] *= factor(math::half(words, i));
    }
  }

 private:
  __device__ float factor(std::uint32_t number) const {
    return number >= rate.threshold ? rate.scale : 0.0F;
  }
};

[[nodiscard]] inline RowDropout row_dropout(const RandomKey& key, float p, const TextRows& rows,
                                            Index width) {
  return {.draw = draw_of(key),
          .rate = math::dropout_rate(p),
          .places = math::row_places<int>(rows),
          .width = static_cast<int>(width)};
}

}  // namespace electra::cuda
