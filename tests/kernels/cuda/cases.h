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

/// Twin::error, but that NaN agrees with NaN, and with nothing else.
inline double error_beside_nan(Twin& twin, const HostTensor& host, double floor = 1) {
  HostTensor found = twin.gpu_of(host);
  std::vector<double> expected = host.values();
  for (Index i = 0; i < found.size(); ++i) {
    double& target = expected[static_cast<std::size_t>(i)];
    if (!std::isnan(target)) continue;
    if (!std::isnan(found[i])) return HUGE_VAL;
    target = 1;
    found.set(i, 1);
  }
  return worst_error(found, expected, floor);
}

/// Where a loss leaves its gradient: in a tensor of its own, in that of what it reads, or nowhere.
enum class Gradient : std::uint8_t { apart, in_place, none };
inline Gradient any_gradient() {
  return GENERATE(Gradient::apart, Gradient::in_place, Gradient::none);
}
/// The tensor that it is left in.
inline const HostTensor& left_in(Gradient gradient, const HostTensor& apart,
                                 const HostTensor& in_place) {
  return gradient == Gradient::in_place ? in_place : apart;
}

}  // namespace electra::test
