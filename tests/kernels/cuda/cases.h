#pragma once

#include <catch2/catch.hpp>
#include <cmath>

#include "support/twin.h"

namespace electra::test {

/// Widths with registers of their own, and odd ones.
inline Index any_width() { return GENERATE(64, 128, 256, 512, 768, 1024, 1, 7, 33, 200, 1111); }
inline DType any_dtype() { return GENERATE(DType::f32, DType::bf16); }

/// What sums over rows may be off by, per row of order one.
inline double sum_bound(Index rows, DType dtype = DType::f32) {
  return 4 * unit(wide(dtype)) * std::sqrt(static_cast<double>(rows));
}

}  // namespace electra::test
