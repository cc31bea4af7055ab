#include "electra/kernels/unit_rows.h"

#include <algorithm>
#include <cmath>

#include "core/cpu/cpu_context.h"
#include "kernels/cpu/lanes.h"
#include "kernels/cpu/visit.h"

namespace electra {

namespace {

constexpr Index grain = 16;  // rows

template <class T>
void forward(CpuContext& context, const UnitRowsForward& k) {
  using W = cpu::Wide<T>;
  const Index width = k.x.width();
  const T* x = k.x.data<T>();
  T* y = k.y.data<T>();
  W* norms = k.norms.data<W>();
  context.parallel_for(k.x.rows(), grain, [&](Index begin, Index end) {
    for (Index row = begin; row < end; ++row) {
      const T* from = x + row * width;
      const W squares = cpu::sum_row<W>(width, [&](Index c, auto n) {
        const cpu::Lanes<W> value = cpu::load(from + c, n);
        return value * value;
      });
      const W norm = std::max(std::sqrt(squares), static_cast<W>(k.least));  // NaN stays NaN
      norms[row] = norm;
      cpu::for_lanes<W>(width, [&](Index c, auto n) {
        cpu::store(y + row * width + c, cpu::load(from + c, n) / norm, n);
      });
    }
  });
}

template <class T>
void backward(CpuContext& context, const UnitRowsBackward& k) {
  using W = cpu::Wide<T>;
  const Index width = k.dy.width();
  const T* dy = k.dy.data<T>();
  const T* y = k.y.data<T>();
  const W* norms = k.norms.data<W>();
  T* dx = k.dx.data<T>();
  context.parallel_for(k.dy.rows(), grain, [&](Index begin, Index end) {
    for (Index row = begin; row < end; ++row) {
      const T* g = dy + row * width;
      const T* unit = y + row * width;
      const W norm = norms[row];
      const bool is_least = norm <= static_cast<W>(UnitRowsForward::least);
      const W along = is_least ? W{0} : cpu::sum_row<W>(width, [&](Index c, auto n) {
        return cpu::load(g + c, n) * cpu::load(unit + c, n);
      });
      cpu::for_lanes<W>(width, [&](Index c, auto n) {
        const cpu::Lanes<W> across = cpu::load(g + c, n) - cpu::load(unit + c, n) * along;
        cpu::store(dx + row * width + c, across / norm, n);
      });
    }
  });
}

}  // namespace

void run_on(CpuContext& context, const UnitRowsForward& kernel) {
  cpu::visit_float(kernel.x.dtype(), [&]<class T>(T) { forward<T>(context, kernel); });
}

void run_on(CpuContext& context, const UnitRowsBackward& kernel) {
  cpu::visit_float(kernel.dy.dtype(), [&]<class T>(T) { backward<T>(context, kernel); });
}

}  // namespace electra
