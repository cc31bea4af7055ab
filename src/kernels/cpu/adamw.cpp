#include "electra/kernels/adamw.h"

#include <algorithm>
#include <cmath>

#include "core/cpu/cpu_context.h"
#include "kernels/cpu/lanes.h"
#include "kernels/cpu/visit.h"

namespace electra {

namespace {

/// What segments are multiples of: an update of this many elements needs no tail.
constexpr Index unit = 64;

template <class W>
struct Update {
  W scale, beta1, beta2, other1, other2, correction1, correction2, epsilon, rate, decay;

  void operator()(W* __restrict master, const W* __restrict gradient, W* __restrict moment_1,
                  W* __restrict moment_2) const {
    for (Index i = 0; i < unit; ++i) {
      const W g = gradient[i] * scale;
      const W m = beta1 * moment_1[i] + other1 * g;
      const W v = beta2 * moment_2[i] + other2 * g * g;
      moment_1[i] = m;
      moment_2[i] = v;
      const W direction = m * correction1 / (std::sqrt(v * correction2) + epsilon);
      master[i] -= rate * (direction + decay * master[i]);
    }
  }
};

/// What is the same for every group.
template <class W>
Update<W> common(const AdamW& k) {
  const double steps = *k.step.data<std::int32_t>() + 1.0;
  const bool corrects = k.bias_correction == AdamW::BiasCorrection::on;
  const auto correction = [&](double beta) {
    return static_cast<W>(corrects ? 1 / (1 - std::pow(beta, steps)) : 1.0);
  };
  return {.scale = *k.scale.data<W>(),
          .beta1 = static_cast<W>(k.beta1),
          .beta2 = static_cast<W>(k.beta2),
          .other1 = static_cast<W>(1 - k.beta1),
          .other2 = static_cast<W>(1 - k.beta2),
          .correction1 = correction(k.beta1),
          .correction2 = correction(k.beta2),
          .epsilon = static_cast<W>(k.epsilon),
          .rate = 0,
          .decay = 0};
}

template <class W>
void adamw(CpuContext& context, const AdamW& k) {
  if (*k.finite.data<std::int32_t>() == 0) return;
  const auto* segments = k.segments.data<std::int32_t>();
  W* master = k.master.data<W>();
  W* moment_1 = k.moment_1.data<W>();
  W* moment_2 = k.moment_2.data<W>();
  const W* gradient = k.gradient.data<W>();
  bf16* value = k.value ? k.value.data<bf16>() : nullptr;
  for (Index group = 0; group < k.segments.rows(); ++group) {
    const W factor = k.rate_factors.data<W>()[group];
    if (factor == 0) continue;
    const Index first = segments[3 * group];
    Update<W> update = common<W>(k);
    update.rate = *k.rate.data<W>() * factor;
    update.decay = segments[3 * group + 2] != 0 ? static_cast<W>(k.weight_decay) : W{0};
    context.parallel_for(segments[3 * group + 1], 64, [&](Index begin, Index end) {
      for (Index at = (first + begin) * unit; at < (first + end) * unit; at += unit) {
        update(master + at, gradient + at, moment_1 + at, moment_2 + at);
        if (value == nullptr) continue;
        if constexpr (std::is_same_v<W, float>)
          cpu::for_lanes<W>(unit, [&](Index c, auto n) {
            cpu::store(value + at + c, cpu::load(master + at + c, n), n);
          });
      }
    });
  }
}

double product(const LearningRate& k, double step) {
  const double left = 1 - step / static_cast<double>(k.steps);
  const double warm = k.warmup > 0 ? std::min(1.0, step / static_cast<double>(k.warmup)) : 1.0;
  return left > 0 ? k.peak * std::pow(left, k.power) * warm : 0.0;
}

double trapezoid(const LearningRate& k, double step) {
  const auto up = static_cast<double>(std::max<Index>(1, k.warmup));
  const auto down = static_cast<double>(std::max<Index>(1, k.steps - k.warmup));
  const double left = static_cast<double>(k.steps) - step;
  return left > 0 ? k.peak * std::min((step + 1) / up, left / down) : 0.0;
}

}  // namespace

void run_on(CpuContext& context, const AdamW& kernel) {
  if (kernel.master.dtype() == DType::f64) return adamw<double>(context, kernel);
  adamw<float>(context, kernel);
}

void run_on(CpuContext&, const LearningRate& k) {
  const double step = *k.step.data<std::int32_t>();
  const bool multiplies = k.schedule == LearningRate::Schedule::product;
  const double rate = multiplies ? product(k, step) : trapezoid(k, step);
  cpu::visit_float(k.rate.dtype(), [&]<class T>(T) {
    *k.rate.data<cpu::Wide<T>>() = static_cast<cpu::Wide<T>>(rate);
  });
}

void run_on(CpuContext&, const AdvanceStep& k) {
  auto* skipped = k.skipped.data<std::int32_t>();
  const bool finite = *k.finite.data<std::int32_t>() != 0;
  *k.step.data<std::int32_t>() += 1;
  skipped[0] += finite ? 0 : 1;
  skipped[1] = finite ? 0 : skipped[1] + 1;
  *k.non_finite.data<std::int32_t>() = 0;
}

}  // namespace electra
