#pragma once

#include <cstdint>
#include <type_traits>

#include "electra/kernels/text_rows.h"

namespace electra::math {

/// TextRows as the kernels of both backends see them: which text a row belongs to, its place there,
/// and back. No kernel works this out by itself. `I` counts rows: Index on a CPU, int on a GPU.
template <class I>
struct RowPlaces {
  I length = 1;                           // rows of the longest text
  const std::int32_t* lengths = nullptr;  // [batch]; not read in the packed form
  const std::int32_t* starts = nullptr;   // [batch + 1]; absent in the padded form
  const std::int32_t* texts = nullptr;    // [rows]; absent in the padded form

  [[nodiscard]] constexpr bool packed() const { return starts != nullptr; }

  [[nodiscard]] constexpr I example_of(I row) const {
    if (packed()) return texts[row];
    using Unsigned = std::make_unsigned_t<I>;  // is divided by in fewer instructions
    return static_cast<I>(static_cast<Unsigned>(row) / static_cast<Unsigned>(length));
  }
  [[nodiscard]] constexpr I place_of(I row) const { return row - first_row(example_of(row)); }
  /// Whether a row is a token: padding is not.
  [[nodiscard]] constexpr bool is_real(I row) const {
    return packed() || place_of(row) < lengths[example_of(row)];
  }

  /// The row of an example's place 0, or where that would be.
  [[nodiscard]] constexpr I first_row(I example) const {
    return packed() ? starts[example] : example * length;
  }
  /// Rows of an example, padding included.
  [[nodiscard]] constexpr I rows_of(I example) const {
    return packed() ? starts[example + 1] - starts[example] : length;
  }
  /// Tokens of an example; within its rows, whatever `lengths` holds.
  [[nodiscard]] constexpr I length_of(I example) const {
    if (packed()) return rows_of(example);
    const std::int32_t found = lengths[example];
    return found < 0 ? 0 : found < length ? found : length;
  }
};

template <class I>
[[nodiscard]] RowPlaces<I> row_places(const TextRows& rows) {
  const auto numbers = [](const ConstTensorView& view) {
    return view ? view.data<std::int32_t>() : nullptr;
  };
  return {.length = static_cast<I>(rows.length),
          .lengths = numbers(rows.lengths),
          .starts = numbers(rows.starts),
          .texts = numbers(rows.texts)};
}

}  // namespace electra::math
