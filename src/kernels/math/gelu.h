#pragma once

#include <cmath>
#include <cstdint>
#include <type_traits>

namespace electra::math {

// F is float, double, or a register of floats: the formulas have no branches, so that one text
// serves a lane and a thread alike. Derived, with the errors of the fits, in docs/math/gelu.md.

namespace gelu_detail {

/// Beyond this the distance to 0 or x is below 1e-15: arguments stay where no exponent underflows.
inline constexpr float far = 9.0F;

template <class F>
struct Integer {
  using type = decltype(F{} < F{});
};
template <>
struct Integer<float> {
  using type = std::int32_t;
};

/// coefficients[at] + coefficients[at + 1] x + …
template <int at = 0, class F, int count>
[[nodiscard]] constexpr F polynomial(F x, const float (&coefficients)[count]) {
  if constexpr (at + 1 == count)
    return F{} + coefficients[at];
  else
    return polynomial<at + 1>(x, coefficients) * x + coefficients[at];
}

/// 2^x for -126 <= x <= 0, to 1 unit in the last place: 2^n from the bits of a number whose unit in
/// the last place is 1, times a minimax polynomial of the rest.
template <class F>
[[nodiscard]] constexpr F exp2(F x) {
  constexpr float shift = 12582912.0F;  // 1.5 * 2^23
  constexpr float fit[] = {1.0F,
                           0.6931472057F,
                           0.2402264689F,
                           0.05550328777F,
                           0.009618488943F,
                           0.001339993135F,
                           0.0001534581633F};
  using Int = typename Integer<F>::type;
  const F shifted = x + shift;
  const F rest = x - (shifted - shift);
  const Int power = (__builtin_bit_cast(Int, shifted) << 23) + 0x3f800000;
  return polynomial(rest, fit) * __builtin_bit_cast(F, power);
}

template <class F>
[[nodiscard]] constexpr F clipped_magnitude(F x) {
  const F magnitude = x < 0.0F ? -x : x;
  const F limit = F{} + far;
  return magnitude < limit ? magnitude : limit;
}

/// The normal distribution's tail at a >= 0.
template <class F>
[[nodiscard]] constexpr F normal_tail(F a) {
  constexpr float fit[] = {-0.9999999783F,    -1.151105724F,   -0.4592049022F,
                           -0.052505048F,     0.007075506171F, -0.0001459020709F,
                           -0.0001825317812F, 3.861680499e-5F, -2.771662648e-6F};
  return exp2(polynomial(a, fit));
}

/// The derivative of gelu at -a, a >= 0: tail(a) - a * density(a).
template <class F>
[[nodiscard]] constexpr F erf_slope_left(F a) {
  constexpr float fit[] = {0.499999983F,     -0.7978828824F,   0.2499725687F,   -0.1328057624F,
                           0.06192386372F,   -0.02547170797F,  0.009003741568F, -0.002590026205F,
                           0.0005636283389F, -8.476535646e-5F, 7.708057554e-6F, -3.155039309e-7F};
  constexpr float half_log2_e = 0.7213475204F;
  return exp2(a * a * -half_log2_e) * polynomial(a, fit);
}

inline constexpr double root_2_over_pi = 0.79788456080286535588;
inline constexpr double cubic = 0.044715;
inline constexpr double log2_e = 1.4426950408889634074;

/// exp(-2 u(a)), u the argument of tanh.
template <class F>
[[nodiscard]] constexpr F tanh_decay(F a) {
  constexpr auto linear = static_cast<float>(-2 * root_2_over_pi * log2_e);
  constexpr auto third = static_cast<float>(-2 * root_2_over_pi * log2_e * cubic);
  return exp2(a * (a * a * third + linear));
}

template <class F>
[[nodiscard]] constexpr F tanh_slope_left(F a) {
  constexpr auto linear = static_cast<float>(2 * root_2_over_pi);
  constexpr auto third = static_cast<float>(6 * root_2_over_pi * cubic);
  const F decay = tanh_decay(a);
  const F right = 1.0F / (1.0F + decay);
  return decay * right * (1.0F - a * right * (a * a * third + linear));
}

/// max(x, 0) that keeps NaN, less a times the share of x on the other side.
template <class F>
[[nodiscard]] constexpr F value(F x, F a, F share) {
  return (x < 0.0F ? F{} : x) - a * share;
}

/// A slope known on the left, by slope(x) + slope(-x) = 1; NaN stays NaN.
template <class F>
[[nodiscard]] constexpr F mirrored(F x, F left) {
  const F slope = x < 0.0F ? left : 1.0F - left;
  return x == x ? slope : x;
}

}  // namespace gelu_detail

/// x * (1 + erf(x / sqrt 2)) / 2.
template <class F>
[[nodiscard]] constexpr F gelu_erf(F x) {
  if constexpr (std::is_same_v<F, double>) {
    return x * 0.5 * std::erfc(x * -0.70710678118654752440);
  } else {
    const F a = gelu_detail::clipped_magnitude(x);
    return gelu_detail::value(x, a, gelu_detail::normal_tail(a));
  }
}

/// Its derivative.
template <class F>
[[nodiscard]] constexpr F gelu_erf_slope(F x) {
  if constexpr (std::is_same_v<F, double>) {
    const double density = 0.39894228040143267794 * std::exp(-0.5 * x * x);
    return 0.5 * std::erfc(x * -0.70710678118654752440) + x * density;
  } else {
    return gelu_detail::mirrored(x, gelu_detail::erf_slope_left(gelu_detail::clipped_magnitude(x)));
  }
}

/// x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3))) / 2.
template <class F>
[[nodiscard]] constexpr F gelu_tanh(F x) {
  if constexpr (std::is_same_v<F, double>) {
    return 0.5 * x *
           (1 + std::tanh(gelu_detail::root_2_over_pi * (x + gelu_detail::cubic * x * x * x)));
  } else {
    const F a = gelu_detail::clipped_magnitude(x);
    const F decay = gelu_detail::tanh_decay(a);
    return gelu_detail::value(x, a, decay / (1.0F + decay));
  }
}

/// Its derivative.
template <class F>
[[nodiscard]] constexpr F gelu_tanh_slope(F x) {
  if constexpr (std::is_same_v<F, double>) {
    const double inner = gelu_detail::root_2_over_pi * (x + gelu_detail::cubic * x * x * x);
    const double t = std::tanh(inner);
    const double slope = gelu_detail::root_2_over_pi * (1 + 3 * gelu_detail::cubic * x * x);
    return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * slope;
  } else {
    return gelu_detail::mirrored(x,
                                 gelu_detail::tanh_slope_left(gelu_detail::clipped_magnitude(x)));
  }
}

}  // namespace electra::math
