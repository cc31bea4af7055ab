#include "electra/data/batch.h"

#include <algorithm>
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

[[noreturn]] void no_column(std::string_view name) {
  throw Error("the batch has no column \"" + std::string(name) + "\"");
}

}  // namespace

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
  for (const auto& [name, per, values] : columns) {
    const Index each = per == Column::Per::token ? length : 1;
    if (static_cast<Index>(values.size()) != count() * each)
      throw Error("column \"" + name + "\": expected " + std::to_string(count() * each) +
                  " values, found " + std::to_string(values.size()));
    piece.columns.push_back({name, per, cut(values, begin * each, part * each)});
  }
  return piece;
}

const std::vector<std::int32_t>& HostBatch::column(std::string_view name) const {
  const auto found = std::ranges::find(columns, name, &Column::name);
  if (found == columns.end()) no_column(name);
  return found->values;
}

Index StepTotals::of(std::string_view column) const {
  for (const auto& [name, total] : columns)
    if (name == column) return total;
  no_column(column);
}

StepTotals totals_of(const HostBatch& batch) {
  StepTotals totals{.tokens = sum(batch.lengths), .columns = {}};
  for (const Column& column : batch.columns)
    totals.columns.emplace_back(column.name, sum(column.values));
  return totals;
}

}  // namespace electra
