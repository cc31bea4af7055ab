#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "electra/core/shape.h"

namespace electra {

/// What a batch has beside its ids, by name: labels, targets, how many positions are masked.
struct Column {
  enum class Per : std::uint8_t { example, token };
  std::string name;
  Per per = Per::example;
  std::vector<std::int32_t> values;  // [count, width], or [count, length, width] for each token; of
                                     // f32: its bits
  Index width = 1;
  DType dtype = DType::i32;  // or f32

  /// How many values an example of so many tokens has.
  [[nodiscard]] Index each(Index length) const { return width * (per == Per::token ? length : 1); }
};
/// A column of f32.
[[nodiscard]] Column float_column(std::string name, Column::Per per, std::span<const float> values);

/// Examples [first, first + count) of one step, in host memory.
struct HostBatch {
  Index length = 0;
  Index first = 0;
  std::vector<std::int32_t> ids;      // [count, length], [PAD] beyond the real tokens
  std::vector<std::int32_t> types;    // [count, length], 1 in the second segment, else 0
  std::vector<std::int32_t> lengths;  // [count] real tokens, [CLS] and [SEP] included
  std::vector<Column> columns;

  [[nodiscard]] Index count() const { return static_cast<Index>(lengths.size()); }
  /// Examples [begin, begin + count) of these. Throws Error if there are not so many.
  [[nodiscard]] HostBatch slice(Index begin, Index count) const;
  /// The values of a column, of f32 the bits. Throws Error for a name that there is not.
  [[nodiscard]] const std::vector<std::int32_t>& column(std::string_view name) const;
};

/// Sums over the whole step, of all ranks: the denominators of its losses.
struct StepTotals {
  Index examples = 0;
  Index tokens = 0;                                     // real ones
  std::vector<std::pair<std::string, double>> columns;  // the sum of each column's values

  /// Of the column of this name. Throws Error for one that there is not.
  [[nodiscard]] double of(std::string_view column) const;
  friend bool operator==(const StepTotals&, const StepTotals&) = default;
};
[[nodiscard]] StepTotals totals_of(const HostBatch& batch);

/// What one rank computes in a step.
struct StepBatch {
  HostBatch batch;
  StepTotals totals;
  double epoch = 0;  // how often the data have been seen when this step is done
};

}  // namespace electra
