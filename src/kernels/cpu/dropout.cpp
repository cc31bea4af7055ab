#include "kernels/cpu/dropout.h"

#include "electra/kernels/dropout.h"
#include "kernels/cpu/rows.h"
#include "kernels/cpu/visit.h"

namespace electra {

namespace {

template <class T>
void dropout(CpuContext& context, const Dropout& k) {
  using W = cpu::Wide<T>;
  const Index width = k.x.width();
  const T* x = k.x.data<T>();
  T* y = k.y.data<T>();
  const cpu::RowDropout<W> drawn(k.random, k.rate, k.rows, width);
  cpu::for_rows<W>(context, k.x.rows(), drawn.scratch(), [&](Index begin, Index end, W* scratch) {
    for (Index row = begin; row < end; ++row) {
      const T* from = x + row * width;
      T* to = y + row * width;
      cpu::with_dropout(drawn.factors(row, scratch), [&](const auto& dropped) {
        cpu::for_lanes<W>(width, [&](Index c, auto n) {
          cpu::store(to + c, dropped(cpu::load(from + c, n), c, n), n);
        });
      });
    }
  });
}

}  // namespace

void run_on(CpuContext& context, const Dropout& kernel) {
  cpu::visit_float(kernel.x.dtype(), [&]<class T>(T) { dropout<T>(context, kernel); });
}

}  // namespace electra
