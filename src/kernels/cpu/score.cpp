#include "electra/kernels/score.h"

#include "kernels/cpu/rows.h"
#include "kernels/cpu/visit.h"

namespace electra {

namespace {

template <class T>
void forward(CpuContext& context, const ScoreForward& k) {
  using W = cpu::Wide<T>;
  const Index width = k.x.width();
  const T* x = k.x.data<T>();
  const T* weight = k.weight.data<T>();
  const W bias = *k.bias.data<W>();
  W* y = k.y.data<W>();
  context.parallel_for(k.x.rows(), 32, [&](Index begin, Index end) {
    for (Index row = begin; row < end; ++row) {
      const T* from = x + row * width;
      y[row] = bias + cpu::sum_row<W>(width, [&](Index c, auto n) {
                 return cpu::load(from + c, n) * cpu::load(weight + c, n);
               });
    }
  });
}

template <class T>
void backward(CpuContext& context, const ScoreBackward& k) {
  using W = cpu::Wide<T>;
  const Index width = k.x.width();
  const T* x = k.x.data<T>();
  const T* weight = k.weight.data<T>();
  const W* dy = k.dy.data<W>();
  T* dx = k.dx.view.data<T>();
  const bool adds = k.dx.write == Write::add;
  const auto rows_of = [&](Index first, Index last, const std::array<W*, 1>& sums, W*) {
    for (Index row = first; row < last; ++row) {
      const Index at = row * width;
      cpu::for_lanes<W>(width, [&](Index c, auto n) {
        const auto inputs = cpu::load(x + at + c, n);
        auto g = cpu::load(weight + c, n) * dy[row];
        if (adds) g += cpu::load(dx + at + c, n);
        cpu::store(dx + at + c, g, n);
        cpu::store(sums[0] + c, cpu::load(sums[0] + c, n) + inputs * dy[row], n);
      });
    }
  };
  cpu::sum_over_rows(context, k.x.rows(), width, 0,
                     std::array{cpu::SumInto<W>{k.dweight.data<W>()}}, rows_of);
  double total = 0;
  for (const W g : k.dy.span<W>()) total += static_cast<double>(g);
  *k.dbias.data<W>() += static_cast<W>(total);
}

}  // namespace

void run_on(CpuContext& context, const ScoreForward& kernel) {
  cpu::visit_float(kernel.x.dtype(), [&]<class T>(T) { forward<T>(context, kernel); });
}

void run_on(CpuContext& context, const ScoreBackward& kernel) {
  cpu::visit_float(kernel.x.dtype(), [&]<class T>(T) { backward<T>(context, kernel); });
}

}  // namespace electra
