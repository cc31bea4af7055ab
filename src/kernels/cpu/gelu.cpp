#include "electra/kernels/gelu.h"

#include "core/cpu/cpu_context.h"
#include "kernels/cpu/lanes.h"
#include "kernels/cpu/rows.h"
#include "kernels/cpu/visit.h"
#include "kernels/math/gelu.h"

namespace electra {

namespace {

struct Erf {
  template <class F>
  static F value(F x) {
    return math::gelu_erf(x);
  }
  template <class F>
  static F slope(F x) {
    return math::gelu_erf_slope(x);
  }
};

struct Tanh {
  template <class F>
  static F value(F x) {
    return math::gelu_tanh(x);
  }
  template <class F>
  static F slope(F x) {
    return math::gelu_tanh_slope(x);
  }
};

/// In registers for floats, one by one for doubles, which only checks use.
template <class W, class Formula>
cpu::Lanes<W> apply(cpu::Lanes<W> x, const Formula& formula) {
  if constexpr (std::is_same_v<W, float>) {
    return formula(x);
  } else {
    for (Index i = 0; i < cpu::lane_count<W>; ++i) x[i] = formula(static_cast<W>(x[i]));
    return x;
  }
}

template <class Form, class T>
void forward(CpuContext& context, const BiasGeluForward& k) {
  using W = cpu::Wide<T>;
  const Index width = k.x.width();
  const T* x = k.x.data<T>();
  const W* bias = k.bias.data<W>();
  T* y = k.y.data<T>();
  const auto gelu = [](auto v) { return Form::value(v); };
  context.parallel_for(k.x.rows(), 1 + 4096 / (width + 1), [&](Index begin, Index end) {
    for (Index at = begin * width; at < end * width; at += width)
      cpu::for_lanes<W>(width, [&](Index c, auto n) {
        const cpu::Lanes<W> v = cpu::load(x + at + c, n) + cpu::load(bias + c, n);
        cpu::store(y + at + c, apply<W>(v, gelu), n);
      });
  });
}

template <class Form, class T>
void backward(CpuContext& context, const BiasGeluBackward& k) {
  using W = cpu::Wide<T>;
  const Index width = k.dy.width();
  const T* dy = k.dy.data<T>();
  const T* x = k.x.data<T>();
  const W* bias = k.bias.data<W>();
  T* dx = k.dx.data<T>();
  const auto slope = [](auto v) { return Form::slope(v); };
  const std::array into{cpu::SumInto<W>{k.dbias.data<W>()}};
  cpu::sum_over_rows(context, k.dy.rows(), width, 0, into,
                     [&](Index first, Index last, const std::array<W*, 1>& sums, W*) {
                       for (Index at = first * width; at < last * width; at += width)
                         cpu::for_lanes<W>(width, [&](Index c, auto n) {
                           const cpu::Lanes<W> v =
                               cpu::load(x + at + c, n) + cpu::load(bias + c, n);
                           const cpu::Lanes<W> g = cpu::load(dy + at + c, n) * apply<W>(v, slope);
                           cpu::store(dx + at + c, g, n);
                           cpu::store(sums[0] + c, cpu::load(sums[0] + c, n) + g, n);
                         });
                     });
}

}  // namespace

void run_on(CpuContext& context, const BiasGeluForward& kernel) {
  cpu::visit_float(kernel.x.dtype(), [&]<class T>(T) {
    kernel.form == Gelu::erf ? forward<Erf, T>(context, kernel) : forward<Tanh, T>(context, kernel);
  });
}

void run_on(CpuContext& context, const BiasGeluBackward& kernel) {
  cpu::visit_float(kernel.dy.dtype(), [&]<class T>(T) {
    kernel.form == Gelu::erf ? backward<Erf, T>(context, kernel)
                             : backward<Tanh, T>(context, kernel);
  });
}

}  // namespace electra
