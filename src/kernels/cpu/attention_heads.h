#pragma once

#include <algorithm>
#include <cmath>

#include "core/cpu/cpu_context.h"
#include "kernels/cpu/panel_product.h"
#include "kernels/math/attention_extents.h"
#include "kernels/math/row_places.h"

/// What both directions of fused attention share: where heads lie, and each thread's scratch.
namespace electra::cpu {

enum class Part : std::uint8_t { query = 0, key = 1, value = 2 };

/// Finds the heads of tensors [rows, hidden] and [rows, 3 * hidden].
class Heads {
 public:
  Heads(const ConstTensorView& qkv, const TextRows& rows, Index heads)
      : extents_(math::extents(qkv, rows, heads)), places_(math::row_places<Index>(rows)) {}

  [[nodiscard]] Index count() const { return extents_.batch * extents_.heads; }
  [[nodiscard]] Index length() const { return extents_.length; }
  [[nodiscard]] Index width() const { return extents_.width; }
  [[nodiscard]] Index sequence(Index head) const { return head / extents_.heads; }
  [[nodiscard]] Index number(Index head) const { return head % extents_.heads; }
  /// How many rows of its sequence a head attends to.
  [[nodiscard]] Index keys(Index head) const { return places_.length_of(sequence(head)); }
  /// How many there are, padding included.
  [[nodiscard]] Index rows(Index head) const { return places_.rows_of(sequence(head)); }

  /// From one row to the next.
  [[nodiscard]] Index row() const { return extents_.hidden; }
  [[nodiscard]] Index part_row() const { return 3 * extents_.hidden; }
  /// The head's first element.
  [[nodiscard]] Index offset(Index head) const {
    return places_.first_row(sequence(head)) * row() + number(head) * extents_.width;
  }
  [[nodiscard]] Index offset(Index head, Part part) const {
    return places_.first_row(sequence(head)) * part_row() +
           static_cast<Index>(part) * extents_.hidden + number(head) * extents_.width;
  }
  template <class S>
  [[nodiscard]] Strided<S> part(const S* qkv, Index head, Part which) const {
    return {qkv + offset(head, which), part_row(), 1};
  }
  template <class S>
  [[nodiscard]] Strided<S> mixed(const S* data, Index head) const {
    return {data + offset(head), row(), 1};
  }

  template <class T>
  [[nodiscard]] T scale() const {
    return 1 / std::sqrt(static_cast<T>(extents_.width));
  }

 private:
  math::AttentionExtents extents_;
  math::RowPlaces<Index> places_;
};

/// From one row of a block of scores to the next: a whole number of vectors and an odd number of
/// cache lines, so that a column spreads over the sets of a cache.
template <class T>
[[nodiscard]] Index score_row(Index length) {
  constexpr Index line = 64 / static_cast<Index>(sizeof(T));
  return (round_up(length, line) / line | 1) * line;
}

/// Rounds dense rows into a head's place.
template <class T, class S>
void store_rows(const T* from, Index rows, Index width, S* to, Index to_row) {
  for (Index i = 0; i < rows; ++i) convert(from + i * width, to + i * to_row, width);
}

template <class S>
void zero_rows(Index first, Index last, Index width, S* to, Index to_row) {
  for (Index i = first; i < last; ++i) std::fill_n(to + i * to_row, width, S{});
}

/// Bump allocation from one thread's share of the workspace, in whole cache lines.
template <class T>
class Scratch {
 public:
  explicit Scratch(T* data) : data_(data) {}

  /// Of numbers, or of words of their size.
  template <class Word = T>
  [[nodiscard]] Word* take(Index count) {
    static_assert(sizeof(Word) == sizeof(T));
    T* taken = data_;
    data_ += padded(count);
    return reinterpret_cast<Word*>(taken);
  }
  [[nodiscard]] static constexpr Index padded(Index count) {
    return round_up(count, 64 / static_cast<Index>(sizeof(T)));
  }

 private:
  T* data_;
};

/// Calls work(scratch, begin, end) for pieces of [0, tasks), each with `size` elements of its own.
template <class T, class Work>
void share_out(CpuContext& context, Index tasks, Index size, const Work& work) {
  const Index pieces = std::min<Index>(context.threads(), tasks);
  if (pieces == 0) return;
  const auto scratch = context.workspace_of<T>(pieces * size);
  context.run_pieces(static_cast<int>(pieces), [&](int piece) {
    work(Scratch<T>(scratch.data() + piece * size), tasks * piece / pieces,
         tasks * (piece + 1) / pieces);
  });
}

}  // namespace electra::cpu
