#include "electra/kernels/cast.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "core/cpu/cpu_context.h"
#include "kernels/cpu/lanes.h"
#include "kernels/cpu/visit.h"

namespace electra {

namespace {

constexpr Index grain = 1 << 14;

/// The float towards 0 from `value`, made odd if it is not `value` itself: rounding it again to
/// fewer bits gives what one rounding of `value` would.
float rounded_to_odd(double value) {
  const auto near = static_cast<float>(value);
  if (std::isnan(value) || static_cast<double>(near) == value) return near;
  auto bits = std::bit_cast<std::uint32_t>(near);
  if (std::abs(static_cast<double>(near)) > std::abs(value)) --bits;
  return std::bit_cast<float>(bits | 1U);
}

template <class To, class From>
To converted(From value) {
  if constexpr (std::is_same_v<From, bf16>)
    return static_cast<To>(to_float(value));
  else if constexpr (std::is_same_v<To, bf16>)
    return to_bf16(rounded_to_odd(value));
  else
    return static_cast<To>(value);
}

template <class From, class To>
void cast(const From* x, To* y, Index count) {
  if constexpr (std::is_same_v<From, To>) {
    std::copy_n(x, count, y);
  } else if constexpr (std::is_same_v<From, double> || std::is_same_v<To, double>) {
    for (Index i = 0; i < count; ++i) y[i] = converted<To>(x[i]);
  } else {
    cpu::for_lanes<float>(count,
                          [&](Index at, auto n) { cpu::store(y + at, cpu::load(x + at, n), n); });
  }
}

template <class T>
T of_double(double value) {
  if constexpr (std::is_same_v<T, bf16>)
    return to_bf16(rounded_to_odd(value));
  else
    return static_cast<T>(value);
}

template <class T>
void fill(CpuContext& context, const Fill& k) {
  T* y = k.y.data<T>();
  const T value = of_double<T>(k.value);
  context.parallel_for(k.y.size(), grain, [y, value](Index begin, Index end) {
    std::fill(y + begin, y + end, value);
  });
}

}  // namespace

void run_on(CpuContext& context, const Cast& kernel) {
  cpu::visit_float(kernel.x.dtype(), [&]<class From>(From) {
    cpu::visit_float(kernel.y.dtype(), [&]<class To>(To) {
      const From* x = kernel.x.data<From>();
      To* y = kernel.y.data<To>();
      context.parallel_for(kernel.x.size(), grain, [&](Index begin, Index end) {
        cast(x + begin, y + begin, end - begin);
      });
    });
  });
}

void run_on(CpuContext& context, const Fill& kernel) {
  if (kernel.y.dtype() == DType::i32) return fill<std::int32_t>(context, kernel);
  cpu::visit_float(kernel.y.dtype(), [&]<class T>(T) { fill<T>(context, kernel); });
}

}  // namespace electra
