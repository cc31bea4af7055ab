#include "electra/kernels/tanh.h"

#include <cmath>

#include "core/cpu/cpu_context.h"
#include "kernels/cpu/lanes.h"
#include "kernels/cpu/visit.h"

namespace electra {

namespace {

template <class T>
void forward(CpuContext& context, const BiasTanh& k) {
  using W = cpu::Wide<T>;
  const Index width = k.x.width();
  const T* x = k.x.data<T>();
  const W* bias = k.bias.data<W>();
  T* y = k.y.data<T>();
  context.parallel_for(k.x.rows(), 1 + 1024 / (width + 1), [&](Index begin, Index end) {
    for (Index at = begin * width; at < end * width; at += width)
      cpu::for_lanes<W>(width, [&](Index c, auto n) {
        cpu::Lanes<W> v = cpu::load(x + at + c, n) + cpu::load(bias + c, n);
        for (Index i = 0; i < cpu::lane_count<W>; ++i) v[i] = std::tanh(static_cast<W>(v[i]));
        cpu::store(y + at + c, v, n);
      });
  });
}

}  // namespace

void run_on(CpuContext& context, const BiasTanh& kernel) {
  cpu::visit_float(kernel.x.dtype(), [&]<class T>(T) { forward<T>(context, kernel); });
}

}  // namespace electra
