#include "electra/data/batch.h"

#include <algorithm>
#include <bit>
#include <numeric>

#include "electra/core/error.h"

namespace electra {
namespace {

std::vector<std::int32_t> cut(const std::vector<std::int32_t>& values, Index begin, Index count) {
  return {values.begin() + begin, values.begin() + begin + count};
}

Index sum(const std::vector<std::int32_t>& values) {
  return std::accumulate(values.begin(), values.end(), Index{0});
}

double sum(const Column& column) {
  if (column.dtype == DType::i32) return static_cast<double>(sum(column.values));
  double total = 0;
  for (const std::int32_t bits : column.values) total += std::bit_cast<float>(bits);
  return total;
}

[[noreturn]] void no_column(std::string_view name) {
  throw Error("the batch has no column \"" + std::string(name) + "\"");
}

}  // namespace

Column float_column(std::string name, Column::Per per, std::span<const float> values) {
  Column column{.name = std::move(name), .per = per, .values = {}, .dtype = DType::f32};
  for (const float value : values) column.values.push_back(std::bit_cast<std::int32_t>(value));
  return column;
}

HostBatch HostBatch::slice(Index begin, Index part) const {
  if (begin < 0 || part < 0 || begin > count() - part)
    throw Error("examples " + std::to_string(begin) + " to " + std::to_string(begin + part) +
                " of " + std::to_string(count()) + " were asked for");
  HostBatch piece{.length = length,
                  .first = first + begin,
                  .ids = cut(ids, begin * length, part * length),
                  .types = cut(types, begin * length, part * length),
                  .lengths = cut(lengths, begin, part),
                  .columns = {}};
  for (const Column& column : columns) {
    const Index each = column.each(length);
    if (std::ssize(column.values) != count() * each)
      throw Error("column \"" + column.name + "\": expected " + std::to_string(count() * each) +
                  " values, found " + std::to_string(column.values.size()));
    piece.columns.push_back({column.name, column.per, cut(column.values, begin * each, part * each),
                             column.width, column.dtype});
  }
  return piece;
}

const std::vector<std::int32_t>& HostBatch::column(std::string_view name) const {
  const auto found = std::ranges::find(columns, name, &Column::name);
  if (found == columns.end()) no_column(name);
  return found->values;
}

double StepTotals::of(std::string_view column) const {
  for (const auto& [name, total] : columns)
    if (name == column) return total;
  no_column(column);
}

StepTotals totals_of(const HostBatch& batch) {
  StepTotals totals{.examples = batch.count(), .tokens = sum(batch.lengths), .columns = {}};
  for (const Column& column : batch.columns) totals.columns.emplace_back(column.name, sum(column));
  return totals;
}

}  // namespace electra
