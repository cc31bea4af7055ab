#include "electra/kernels/layer_norm.h"

#include "core/cpu/cpu_context.h"
#include "kernels/cpu/dropout.h"
#include "kernels/cpu/norm_rows.h"
#include "kernels/cpu/rows.h"
#include "kernels/cpu/visit.h"

namespace electra {

namespace {

template <class T>
void forward(CpuContext& context, const LayerNormForward& k) {
  using W = cpu::Wide<T>;
  const Index width = k.x.width();
  const T* x = k.x.data<T>();
  const W* gain = k.gain.data<W>();
  const W* bias = k.bias.data<W>();
  T* y = k.y.data<T>();
  W* mean = k.mean.data<W>();
  W* rstd = k.rstd.data<W>();
  context.parallel_for(k.x.rows(), 16, [&](Index begin, Index end) {
    for (Index row = begin; row < end; ++row) {
      const auto m = cpu::moments(x + row * width, width, k.epsilon);
      cpu::normalise_row(x + row * width, m, gain, bias, y + row * width, width, cpu::Kept{});
      mean[row] = m.mean;
      rstd[row] = m.rstd;
    }
  });
}

template <class T>
void backward(CpuContext& context, const LayerNormBackward& k) {
  using W = cpu::Wide<T>;
  const Index width = k.dy.width();
  const T* dy = k.dy.data<T>();
  const T* x = k.x.data<T>();
  const W* gain = k.gain.data<W>();
  const W* mean = k.mean.data<W>();
  const W* rstd = k.rstd.data<W>();
  T* dx = k.dx.view.data<T>();
  const bool adds = k.dx.write == Write::add;
  const std::array into{cpu::SumInto<W>{k.dgain.data<W>()}, cpu::SumInto<W>{k.dbias.data<W>()}};
  cpu::sum_over_rows(context, k.dy.rows(), width, 0, into,
                     [&](Index first, Index last, const std::array<W*, 2>& sums, W*) {
                       for (Index row = first; row < last; ++row) {
                         T* to = dx + row * width;
                         cpu::norm_backward_row(dy + row * width, x + row * width,
                                                cpu::Moments<W>{mean[row], rstd[row]}, gain,
                                                sums[0], sums[1], width,
                                                [&](cpu::Lanes<W> g, Index c, auto n) {
                                                  if (adds) g += cpu::load(to + c, n);
                                                  cpu::store(to + c, g, n);
                                                });
                       }
                     });
}

}  // namespace

void run_on(CpuContext& context, const LayerNormForward& kernel) {
  cpu::visit_float(kernel.x.dtype(), [&]<class T>(T) { forward<T>(context, kernel); });
}

void run_on(CpuContext& context, const LayerNormBackward& kernel) {
  cpu::visit_float(kernel.dy.dtype(), [&]<class T>(T) { backward<T>(context, kernel); });
}

}  // namespace electra
