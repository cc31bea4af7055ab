#include "electra/kernels/column_sum.h"

#include "kernels/cpu/rows.h"
#include "kernels/cpu/visit.h"

namespace electra {

namespace {

template <class T>
void column_sum(CpuContext& context, const ColumnSum& k) {
  using W = cpu::Wide<T>;
  const Index width = k.x.width();
  const T* x = k.x.data<T>();
  const std::array into{cpu::SumInto<W>{k.y.view.data<W>(), k.y.write}};
  cpu::sum_over_rows(context, k.x.rows(), width, 0, into,
                     [&](Index first, Index last, const std::array<W*, 1>& sums, W*) {
                       for (Index row = first; row < last; ++row)
                         cpu::for_lanes<W>(width, [&](Index c, auto n) {
                           cpu::store(sums[0] + c,
                                      cpu::load(sums[0] + c, n) + cpu::load(x + row * width + c, n),
                                      n);
                         });
                     });
}

}  // namespace

void run_on(CpuContext& context, const ColumnSum& kernel) {
  cpu::visit_float(kernel.x.dtype(), [&]<class T>(T) { column_sum<T>(context, kernel); });
}

}  // namespace electra
