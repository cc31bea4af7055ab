#pragma once

#include "kernels/cpu/packed_words.h"

/// Tiles of packed products: some rows of x by a panel, which is as many outputs as two vectors
/// hold. In memory the words of one place of x stand behind those of the place before.
namespace electra::cpu {

inline constexpr Index panel = panel_width<float>;
inline constexpr Index half_panel = panel / 2;
[[nodiscard]] inline Index words_of(Index numbers, Index per_word) {
  return (numbers + per_word - 1) / per_word;
}

[[nodiscard]] inline Index groups_of(Index numbers) { return words_of(numbers, group_numbers); }

/// Where a tile of a product reads and adds to: rows of x as words, words of a panel, a strip.
struct Tile {
  const std::int32_t* x;
  Index x_row;
  const std::int32_t* weight;
  float* sums;
  /// Words that will be read soon, and how many a step of the tile asks the memory for: weights
  /// come from far away, and would be waited for.
  const std::int32_t* ahead;
  Index ahead_step;
};

/// What the 8-bit numbers of a tile's group mean: of its rows, and of the panel's outputs.
struct TileScales {
  const GroupScale* of_x = nullptr;
  Index x_row = 0;
  const float* of_weight = nullptr;
  const float* weight_sums = nullptr;
};

/// The sums of `depth` words of two vectors of outputs, rows of them; they begin with what is
/// there.
template <class Format, int rows, class Vector>
void add_products(const Tile& tile, Index depth, Vector (&low)[rows], Vector (&high)[rows]) {
  const std::int32_t* weight = tile.weight;
  const std::int32_t* ahead = tile.ahead;
  for (Index k = 0; k < depth; ++k, weight += panel, ahead += tile.ahead_step) {
    __builtin_prefetch(ahead, 0, 2);
    const Words w0 = load_vector(weight);
    const Words w1 = load_vector(weight + half_panel);
#pragma GCC unroll 16
    for (int i = 0; i < rows; ++i) {
      const std::int32_t value = tile.x[i * tile.x_row + k];
      low[i] = Format::add_product(low[i], value, w0);
      high[i] = Format::add_product(high[i], value, w1);
    }
  }
}

template <class Format, int rows>
void multiply_tile(const Tile& tile, Index depth, const TileScales&) {
  Floats low[rows], high[rows];
#pragma GCC unroll 16
  for (int i = 0; i < rows; ++i) {
    low[i] = load_vector(tile.sums + i * panel);
    high[i] = load_vector(tile.sums + i * panel + half_panel);
  }
  add_products<Format, rows>(tile, depth, low, high);
#pragma GCC unroll 16
  for (int i = 0; i < rows; ++i) {
    store_vector(tile.sums + i * panel, low[i]);
    store_vector(tile.sums + i * panel + half_panel, high[i]);
  }
}

/// Of one group: sums of integers, which are added to those of numbers when it is over. They are
/// below 2^24, so that they and their difference are exact in f32.
template <int rows>
void multiply_group(const Tile& tile, Index depth, const TileScales& scales) {
  Words low[rows] = {}, high[rows] = {};
  add_products<Int8Words, rows>(tile, depth, low, high);
  const auto add = [&](Index at, const GroupScale& of_x, float* to, Words products) {
    const Floats sum = __builtin_convertvector(products, Floats) -
                       of_x.zero * load_vector(scales.weight_sums + at);
    const Floats scale = of_x.scale * load_vector(scales.of_weight + at);
    store_vector(to + at, load_vector(to + at) + sum * scale);
  };
#pragma GCC unroll 16
  for (int i = 0; i < rows; ++i) {
    const GroupScale of_x = scales.of_x[i * scales.x_row];
    add(0, of_x, tile.sums + i * panel, low[i]);
    add(half_panel, of_x, tile.sums + i * panel, high[i]);
  }
}

/// The tile of `count` rows, at most `rows`.
template <class Format, int rows = tile_rows>
void multiply_rows(Index count, const Tile& tile, Index depth, const TileScales& scales) {
  if (count < rows) {
    if constexpr (rows > 1) multiply_rows<Format, rows - 1>(count, tile, depth, scales);
  } else if constexpr (Format::format == WeightFormat::int8) {
    multiply_group<rows>(tile, depth, scales);
  } else {
    multiply_tile<Format, rows>(tile, depth, scales);
  }
}

}  // namespace electra::cpu
