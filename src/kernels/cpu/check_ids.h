#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "electra/core/error.h"
#include "electra/core/tensor.h"

namespace electra::cpu {

/// Throws ShapeError naming the row, the id and the limit if an id is not in [0, limit).
inline void check_ids(std::string_view kernel, std::string_view name,
                      std::span<const std::int32_t> ids, Index limit) {
  for (std::size_t row = 0; row < ids.size(); ++row)
    if (ids[row] < 0 || ids[row] >= limit)
      throw ShapeError(std::string(kernel) + ": " + std::string(name) + ", row " +
                       std::to_string(row) + ": expected 0 to " + std::to_string(limit - 1) +
                       ", found " + std::to_string(ids[row]));
}

/// The same where a negative id stands for none.
inline void check_ids_or_none(std::string_view kernel, std::string_view name,
                              std::span<const std::int32_t> ids, Index limit) {
  for (std::size_t row = 0; row < ids.size(); ++row)
    if (ids[row] >= limit)
      throw ShapeError(std::string(kernel) + ": " + std::string(name) + ", row " +
                       std::to_string(row) + ": expected below " + std::to_string(limit) +
                       ", found " + std::to_string(ids[row]));
}

}  // namespace electra::cpu
