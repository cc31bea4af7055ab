#pragma once

#include <cstring>

#include "kernels/cpu/panel_product.h"

/// How products read their operands, which lie in rows of a tensor or of scores. `left` is a
/// product's left operand, `pack` lays out its right one; depth is what is summed over.
namespace electra::cpu {

template <class S>
[[nodiscard]] Strided<S> transposed(const Strided<S>& matrix) {
  return {matrix.data, matrix.column, matrix.row};
}

/// As numbers in the type that is computed in; scores are to be rounded as S before.
template <class S>
struct Numbers {
  using T = Computed<S>;
  using Word = T;

  static void round(T* scores, Index count) { round_as<S>(scores, count); }

  static constexpr Index per_word = 1;
  static constexpr Index words(Index numbers) { return numbers; }
  /// What `left` and `left_transposed` need to write the words of scores.
  static constexpr Index score_words(Index, Index) { return 0; }

  /// [rows, depth]
  static Strided<Word> left(const Strided<S>& from, Index rows, Index depth, Word* copy) {
    if constexpr (std::is_same_v<S, T>) return from;
    for (Index i = 0; i < rows; ++i) convert(from.at(i, 0).data, copy + i * depth, depth);
    return {copy, depth, 1};
  }
  /// from is [rows, depth] with dense columns; `copy` has room for whole tiles.
  static Strided<Word> left_of_columns(const Strided<S>& from, Index rows, Index depth,
                                       Word* copy) {
    const Index row = round_up(rows, tile_rows);
    for (Index k = 0; k < depth; ++k) convert(from.at(0, k).data, copy + k * row, rows);
    return {copy, 1, row};
  }
  /// from is [depth, columns].
  static void pack(const Strided<S>& from, Index depth, Index columns, Word* panels) {
    pack_panels<T>(from, depth, columns, panels);
  }
  /// from is [columns, depth].
  static void pack_transposed(const Strided<S>& from, Index depth, Index columns, Word* panels) {
    pack_panels<T>(transposed(from), depth, columns, panels);
  }
  static Strided<Word> left(const T* scores, Index row, Index, Index, Word*) {
    return {scores, row, 1};
  }
  static Strided<Word> left_transposed(const T* scores, Index row, Index, Index, Word*) {
    return {scores, 1, row};
  }
};

#ifdef __AVX512BF16__
/// As pairs of bf16 along the depth, which the processor multiplies and sums at once; what is
/// missing in the last pair is zero. Bytes are copied, so that numbers of 16 bits may be read as
/// words.
struct Pairs {
  using T = float;
  using Word = std::int32_t;

  static void round(T*, Index) {}  // `left` does

  static constexpr Index per_word = 2;
  static constexpr Index words(Index numbers) { return (numbers + 1) / 2; }
  static constexpr Index score_words(Index rows, Index row) { return round_up(rows, 2) * row; }

  static Strided<Word> left(const Strided<bf16>& from, Index rows, Index depth, Word* copy) {
    if (are_words(from, depth)) return {words_at(from.data), from.row / 2, 1};
    for (Index i = 0; i < rows; ++i) {
      bf16* to = row_of(copy, 2 * words(depth), i);
      std::memcpy(static_cast<void*>(to), from.at(i, 0).data, bytes(depth));
      end_row(to, depth);
    }
    return {copy, words(depth), 1};
  }

  static Strided<Word> left_of_columns(const Strided<bf16>& from, Index rows, Index depth,
                                       Word* copy) {
    const Index row = round_up(rows, tile_rows);
    for (Index k = 0; k < depth; k += 2)
      pair_rows(from.at(0, k).data, k + 1 < depth ? from.at(0, k + 1).data : nullptr, rows,
                copy + k / 2 * row);
    return {copy, 1, row};
  }

  static void pack(const Strided<bf16>& from, Index depth, Index columns, Word* panels) {
    for (Index first = 0; first < columns; first += width) {
      const Index count = std::min(width, columns - first);
      for (Index k = 0; k < depth; k += 2, panels += width) {
        const bf16* row = from.at(k, first).data;
        pair_rows(row, k + 1 < depth ? row + from.row : nullptr, count, panels);
        std::fill(panels + count, panels + width, 0);
      }
    }
  }

  static void pack_transposed(const Strided<bf16>& from, Index depth, Index columns, Word* panels) {
    if (are_words(from, depth))
      return pack_panels<Word>(Strided<Word>{words_at(from.data), 1, from.row / 2}, depth / 2,
                               columns, panels);
    std::fill_n(panels, panel_size<Word>(words(depth), columns), 0);
    for (Index j = 0; j < columns; ++j)
      for (Index k = 0; k < depth; ++k) {
        const auto word = static_cast<std::uint32_t>(from.at(j, k).data->bits) << (k % 2 * 16);
        panels[(j / width * words(depth) + k / 2) * width + j % width] |= static_cast<Word>(word);
      }
  }

  /// Rounds the scores.
  static Strided<Word> left(const T* scores, Index row, Index rows, Index depth, Word* copy) {
    for (Index i = 0; i < rows; ++i) {
      bf16* to = row_of(copy, row, i);
      for (Index k = 0; k < depth; k += lanes<T>) {
        const __m256bh rounded = _mm512_cvtneps_pbh(_mm512_loadu_ps(scores + i * row + k));
        std::memcpy(static_cast<void*>(to + k), &rounded, sizeof rounded);
      }
      end_row(to, depth);
    }
    return {copy, row / 2, 1};
  }

  /// Of rows that `left` has rounded into `copy`; written behind them.
  static Strided<Word> left_transposed(const T*, Index row, Index rows, Index depth, Word* copy) {
    Word* to = copy + round_up(rows, 2) * row / 2;
    for (Index i = 0; i < rows; i += 2)
      pair_rows(row_of(copy, row, i), i + 1 < rows ? row_of(copy, row, i + 1) : nullptr, depth,
                to + i / 2 * row);
    return {to, 1, row};
  }

 private:
  static constexpr Index width = panel_width<Word>;

  /// Whether each row's numbers may be read as whole words.
  static bool are_words(const Strided<bf16>& rows, Index depth) {
    return depth % 2 == 0 && rows.row % 2 == 0 &&
           reinterpret_cast<std::uintptr_t>(rows.data) % sizeof(Word) == 0;
  }
  static const Word* words_at(const bf16* data) { return reinterpret_cast<const Word*>(data); }

  static std::size_t bytes(Index count) { return static_cast<std::size_t>(count) * sizeof(bf16); }
  static bf16* row_of(Word* words, Index row, Index i) {
    return reinterpret_cast<bf16*>(words) + i * row;
  }
  static void end_row(bf16* row, Index depth) {
    if (depth % 2 != 0) std::memset(static_cast<void*>(row + depth), 0, sizeof(bf16));
  }

  /// Of two rows, the second of which may be missing, a row of pairs.
  static void pair_rows(const bf16* first, const bf16* second, Index count, Word* to) {
    if (second == nullptr) {
      for (Index i = 0; i < count; ++i) to[i] = first[i].bits;
      return;
    }
    for (Index i = 0; i < count; ++i)
      to[i] = static_cast<Word>(first[i].bits | static_cast<std::uint32_t>(second[i].bits) << 16U);
  }
};
#endif

/// What is faster on this processor.
template <class S>
struct FastestOperands {
  using type = Numbers<S>;
};
#ifdef __AVX512BF16__
template <>
struct FastestOperands<bf16> {
  using type = Pairs;
};
#endif
template <class S>
using OperandsOf = typename FastestOperands<S>::type;

}  // namespace electra::cpu
