#pragma once

#include <utility>

/// Square blocks of numbers that lie in registers, a row in each.
namespace electra::cpu {

namespace detail {

/// Lanes of `a` where the bit `step` of their number is not set, else those of `b` that lie `step`
/// before.
template <int step, class V, int... lane>
V even_blocks(V a, V b, std::integer_sequence<int, lane...>) {
  constexpr int n = sizeof...(lane);
  return __builtin_shufflevector(a, b, ((lane & step) != 0 ? n + lane - step : lane)...);
}

/// Lanes of `b` where the bit is set, else those of `a` that lie `step` behind.
template <int step, class V, int... lane>
V odd_blocks(V a, V b, std::integer_sequence<int, lane...>) {
  constexpr int n = sizeof...(lane);
  return __builtin_shufflevector(a, b, ((lane & step) != 0 ? n + lane : lane + step)...);
}

}  // namespace detail

/// rows[i][j] and rows[j][i] change places: first single numbers, then blocks of twice the size.
template <int step = 1, class V, int n>
void transpose(V (&rows)[n]) {
  constexpr auto lanes = std::make_integer_sequence<int, n>();
#pragma GCC unroll 16
  for (int i = 0; i < n; ++i)
    if ((i & step) == 0) {
      const V a = rows[i], b = rows[i + step];
      rows[i] = detail::even_blocks<step>(a, b, lanes);
      rows[i + step] = detail::odd_blocks<step>(a, b, lanes);
    }
  if constexpr (2 * step < n) transpose<2 * step>(rows);
}

}  // namespace electra::cpu
