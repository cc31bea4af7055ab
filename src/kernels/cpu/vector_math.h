#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "kernels/cpu/panel_product.h"

/// Elementwise arithmetic on rows, a vector at a time. Rows are read and written up to a whole
/// number of vectors: they must have that room, and what lies there does not matter.
namespace electra::cpu {

template <class T>
using Vector = typename VectorOf<T>::type;
template <class T>
using Bits = std::conditional_t<sizeof(T) == 8, std::int64_t, std::int32_t>;

template <class T>
[[nodiscard]] inline Vector<T> load(const T* from) {
  Vector<T> value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

template <class T>
inline void store(Vector<T> value, T* to) {
  std::memcpy(to, &value, sizeof value);
}

template <class T>
struct ExpConstants;
template <>
struct ExpConstants<float> {
  static constexpr int mantissa = 23;
  static constexpr std::size_t terms = 8;
  static constexpr float least = -87, round = 0x1.8p23F, per_ln2 = 0x1.715476p0F;
  static constexpr float ln2_high = 0x1.62e4p-1F, ln2_low = 0x1.7f7d1cp-20F;
};
template <>
struct ExpConstants<double> {
  static constexpr int mantissa = 52;
  static constexpr std::size_t terms = 14;
  static constexpr double least = -708, round = 0x1.8p52, per_ln2 = 0x1.71547652b82fep0;
  static constexpr double ln2_high = 0x1.62e42fee00000p-1, ln2_low = 0x1.a39ef35793c76p-33;
};

/// e^x to about one unit in the last place, for x up to 80; below `least` it stays at e^least.
/// x = n ln 2 + r with |r| <= ln 2 / 2, and Taylor's series for e^r. NaN stays NaN.
template <class T>
[[nodiscard]] inline Vector<T> exp(Vector<T> x) {
  using C = ExpConstants<T>;
  x = x < C::least ? Vector<T>{} + C::least : x;
  const Vector<T> shifted = x * C::per_ln2 + C::round;  // n in the low bits
  const Vector<T> n = shifted - C::round;
  const Vector<T> r = (x - n * C::ln2_high) - n * C::ln2_low;
  constexpr auto inverse_factorial = [] {
    std::array<T, C::terms> values{1};
    for (std::size_t i = 1; i < values.size(); ++i) values[i] = values[i - 1] / static_cast<T>(i);
    return values;
  }();
  Vector<T> sum = Vector<T>{} + inverse_factorial[C::terms - 1];
#pragma GCC unroll 16
  for (std::size_t i = 2; i <= C::terms; ++i) sum = sum * r + inverse_factorial[C::terms - i];
  using Word = std::make_unsigned_t<Bits<T>>;  // which may wrap: for NaN, it does
  typedef Word Words __attribute__((vector_size(vector_bytes)));
  const auto exponent = (std::bit_cast<Words>(shifted) << C::mantissa) + std::bit_cast<Word>(T{1});
  return sum * std::bit_cast<Vector<T>>(exponent);
}

/// All lanes, joined two and two: halves first.
template <class T, Index count = lanes<T>, class V, class Join>
[[nodiscard]] T join_lanes(V value, const Join& join) {
  if constexpr (count == 2) {
    return join(T{value[0]}, T{value[1]});
  } else {
    typedef T Half __attribute__((vector_size(sizeof(V) / 2)));
    Half halves[2];
    std::memcpy(halves, &value, sizeof value);
    return join_lanes<T, count / 2>(join(halves[0], halves[1]), join);
  }
}

template <class T>
[[nodiscard]] inline T sum_of(Vector<T> value) {
  return join_lanes<T>(value, [](auto a, auto b) { return a + b; });
}

/// sum(a * b) over `count` elements, the same bits for the same values.
template <class T>
[[nodiscard]] T dot(const T* a, const T* b, Index count) {
  Vector<T> sums{};
  Index i = 0;
  for (; i + lanes<T> <= count; i += lanes<T>) sums += load(a + i) * load(b + i);
  T sum = sum_of<T>(sums);
  for (; i < count; ++i) sum += a[i] * b[i];
  return sum;
}

template <class T>
void scale_row(T* row, Index count, T factor) {
  for (Index i = 0; i < count; i += lanes<T>) store<T>(load(row + i) * factor, row + i);
}

/// row = exp(scale * row - shift).
template <class T>
void exponential_row(T* row, Index count, T scale, T shift) {
  for (Index i = 0; i < count; i += lanes<T>)
    store<T>(exp<T>(load(row + i) * scale - shift), row + i);
}

template <class T>
struct ExponentialSum {
  T log_sum_exp;  // of scale * score
  T sum;          // of exp(scale * score - greatest), near 1 or more
};

/// Turns `count` > 0 scores into exp(scale * score - greatest), in place.
template <class T>
ExponentialSum<T> exponentials(T* row, Index count, T scale) {
  const Index padded = round_up(count, lanes<T>);
  std::fill(row + count, row + padded, row[0]);
  Vector<T> greatest_of = load(row) * scale;
  for (Index i = lanes<T>; i < count; i += lanes<T>) {
    const Vector<T> value = load(row + i) * scale;
    greatest_of = value > greatest_of ? value : greatest_of;
  }
  const T greatest = join_lanes<T>(greatest_of, [](auto a, auto b) { return a > b ? a : b; });
  Vector<T> sums{};
  Index i = 0;
  for (; i + lanes<T> <= count; i += lanes<T>) {
    const Vector<T> value = exp<T>(load(row + i) * scale - greatest);
    store<T>(value, row + i);
    sums += value;
  }
  if (i < count) {
    store<T>(exp<T>(load(row + i) * scale - greatest), row + i);
    std::fill(row + count, row + padded, T{0});
    sums += load(row + i);
  }
  const T sum = sum_of<T>(sums);
  return {greatest + std::log(sum), sum};
}

}  // namespace electra::cpu
