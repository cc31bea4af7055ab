#include "electra/kernels/gradient_norm.h"

#include <cmath>
#include <numeric>

#include "core/cpu/cpu_context.h"
#include "kernels/cpu/lanes.h"

namespace electra {

namespace {

/// Elements of one partial sum, whatever the number of threads.
constexpr Index chunk = 4096;

/// Two floats to one double a lane: squares of floats are exact in f64 and cannot overflow there.
template <class W>
double sum_of_squares(const W* from, Index count) {
  constexpr Index step = cpu::lane_count<double>;
  using Sums = cpu::Lanes<double>;
  typedef W Narrow [[gnu::vector_size(step * sizeof(W))]];
  Sums a{}, b{};
  const auto squares = [&](Index i) {
    Narrow narrow;
    std::memcpy(&narrow, from + i, sizeof narrow);
    const auto wide = __builtin_convertvector(narrow, Sums);
    return wide * wide;
  };
  Index i = 0;
  for (; i + 2 * step <= count; i += 2 * step) {
    a += squares(i);
    b += squares(i + step);
  }
  double total = cpu::sum<double>(a + b);
  for (; i < count; ++i) total += static_cast<double>(from[i]) * static_cast<double>(from[i]);
  return total;
}

template <class W>
void gradient_norm(CpuContext& context, const GradientNorm& k) {
  const W* gradient = k.gradient.data<W>();
  const Index size = k.gradient.size();
  const auto sums = context.workspace_of<double>((size + chunk - 1) / chunk);
  context.parallel_for(static_cast<Index>(sums.size()), 16, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i)
      sums[static_cast<std::size_t>(i)] =
          sum_of_squares(gradient + i * chunk, std::min(chunk, size - i * chunk));
  });
  const auto norm = static_cast<W>(std::sqrt(std::accumulate(sums.begin(), sums.end(), 0.0)));
  const bool finite = std::isfinite(norm) && *k.non_finite.data<std::int32_t>() == 0;
  const bool clips = k.clip_norm > 0 && norm > static_cast<W>(k.clip_norm);
  const W scale = clips ? static_cast<W>(k.clip_norm) / norm : W{1};
  *k.norm.data<W>() = norm;
  *k.scale.data<W>() = finite ? scale : W{0};
  *k.finite.data<std::int32_t>() = finite ? 1 : 0;
}

}  // namespace

void run_on(CpuContext& context, const GradientNorm& kernel) {
  if (kernel.gradient.dtype() == DType::f64) return gradient_norm<double>(context, kernel);
  gradient_norm<float>(context, kernel);
}

}  // namespace electra
