#include "electra/kernels/squared_loss.h"

#include <algorithm>

#include "core/cpu/cpu_context.h"
#include "kernels/cpu/scalars.h"
#include "kernels/cpu/visit.h"

namespace electra {

namespace {

template <class T>
void squared_loss(CpuContext& context, const SquaredLoss& k) {
  using W = cpu::Wide<T>;
  const Index padded = k.outputs.width();
  const T* outputs = k.outputs.data<T>();
  T* doutputs = k.doutputs ? k.doutputs.data<T>() : nullptr;
  const float* targets = k.targets.data<float>();
  const W scale = *k.scale.data<W>();
  W* losses = k.losses.data<W>();
  context.parallel_for(k.outputs.rows(), 256, [&](Index begin, Index end) {
    for (Index row = begin; row < end; ++row) {
      const W error = cpu::widened(outputs[row * padded]) - static_cast<W>(targets[row]);
      losses[row] = error * error;
      if (doutputs == nullptr) continue;
      T* to = doutputs + row * padded;
      to[0] = cpu::narrowed<T>(2 * error * scale);
      std::fill(to + 1, to + padded, T{});
    }
  });
}

}  // namespace

void run_on(CpuContext& context, const SquaredLoss& kernel) {
  cpu::visit_float(kernel.outputs.dtype(), [&]<class T>(T) { squared_loss<T>(context, kernel); });
}

}  // namespace electra
