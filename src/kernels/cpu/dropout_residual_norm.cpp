#include "electra/kernels/dropout_residual_norm.h"

#include "core/cpu/cpu_context.h"
#include "kernels/cpu/dropout.h"
#include "kernels/cpu/norm_rows.h"
#include "kernels/cpu/rows.h"
#include "kernels/cpu/visit.h"

namespace electra {

namespace {

template <class T>
void forward(CpuContext& context, const DropoutResidualNormForward& k) {
  using W = cpu::Wide<T>;
  const Index width = k.x.width();
  const T* x = k.x.data<T>();
  const T* residual = k.residual.data<T>();
  const W* bias = k.bias ? k.bias.data<W>() : nullptr;
  const W* gain = k.gain.data<W>();
  const W* beta = k.beta.data<W>();
  T* sum = k.sum.data<T>();
  T* y = k.y.data<T>();
  W* mean = k.mean.data<W>();
  W* rstd = k.rstd.data<W>();
  const cpu::RowDropout<W> dropout(k.random, k.dropout, k.rows, width);
  cpu::for_rows<W>(context, k.x.rows(), dropout.scratch(), [&](Index begin, Index end, W* scratch) {
    for (Index row = begin; row < end; ++row) {
      const Index at = row * width;
      cpu::with_dropout(dropout.factors(row, scratch), [&](const auto& dropped) {
        cpu::for_lanes<W>(width, [&](Index c, auto n) {
          cpu::Lanes<W> v = cpu::load(x + at + c, n);
          if (bias != nullptr) v += cpu::load(bias + c, n);
          cpu::store(sum + at + c, cpu::load(residual + at + c, n) + dropped(v, c, n), n);
        });
      });
      const auto m = cpu::moments(sum + at, width, k.epsilon);
      cpu::normalise_row(sum + at, m, gain, beta, y + at, width, cpu::Kept{});
      mean[row] = m.mean;
      rstd[row] = m.rstd;
    }
  });
}

template <class T>
void backward(CpuContext& context, const DropoutResidualNormBackward& k) {
  using W = cpu::Wide<T>;
  const Index width = k.dy.width();
  const T* dy = k.dy.data<T>();
  const T* sum = k.sum.data<T>();
  const W* gain = k.gain.data<W>();
  const W* mean = k.mean.data<W>();
  const W* rstd = k.rstd.data<W>();
  T* dresidual = k.dresidual.data<T>();
  T* dx = k.dx ? k.dx.data<T>() : nullptr;
  const cpu::RowDropout<W> dropout(k.random, k.dropout, k.rows, width);
  const std::array into{cpu::SumInto<W>{k.dgain.data<W>()}, cpu::SumInto<W>{k.dbeta.data<W>()},
                        cpu::SumInto<W>{k.dbias.data<W>()}};
  const auto rows = [&](Index first, Index last, const std::array<W*, 3>& sums, W* scratch) {
    for (Index row = first; row < last; ++row) {
      const Index at = row * width;
      cpu::with_dropout(dropout.factors(row, scratch), [&](const auto& dropped) {
        cpu::norm_backward_row(dy + at, sum + at, cpu::Moments<W>{mean[row], rstd[row]}, gain,
                               sums[0], sums[1], width, [&](cpu::Lanes<W> g, Index c, auto n) {
                                 cpu::store(dresidual + at + c, g, n);
                                 const cpu::Lanes<W> through = dropped(g, c, n);
                                 if (dx != nullptr) cpu::store(dx + at + c, through, n);
                                 cpu::store(sums[2] + c, cpu::load(sums[2] + c, n) + through, n);
                               });
      });
    }
  };
  cpu::sum_over_rows(context, k.dy.rows(), width, dropout.scratch(), into, rows);
}

}  // namespace

void run_on(CpuContext& context, const DropoutResidualNormForward& kernel) {
  cpu::visit_float(kernel.x.dtype(), [&]<class T>(T) { forward<T>(context, kernel); });
}

void run_on(CpuContext& context, const DropoutResidualNormBackward& kernel) {
  cpu::visit_float(kernel.dy.dtype(), [&]<class T>(T) { backward<T>(context, kernel); });
}

}  // namespace electra
