#include "electra/kernels/binary_loss.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "core/cpu/cpu_context.h"
#include "kernels/cpu/scalars.h"
#include "kernels/cpu/visit.h"

namespace electra {

namespace {

template <class W>
struct Label {
  W loss;
  W slope;
  bool right;  // never of NaN
};

template <class W>
Label<W> label_of(W z, bool target) {
  const W small = std::exp(-std::abs(z));
  // Each form keeps its digits where the others lose them.
  const W positive = z >= 0 ? 1 / (1 + small) : small / (1 + small);
  const W negative = z >= 0 ? small / (1 + small) : 1 / (1 + small);
  return {.loss = std::max(target ? -z : z, W{0}) + std::log1p(small),
          .slope = target ? -negative : positive,
          .right = target ? z > 0 : z <= 0};
}

/// Throws ShapeError unless each target is 0 or 1.
void check_targets(const BinaryLoss& k) {
  const Index labels = k.targets.width();
  const auto* targets = k.targets.data<std::int32_t>();
  for (Index i = 0; i < k.targets.size(); ++i)
    if (targets[i] != 0 && targets[i] != 1)
      throw ShapeError(std::string(k.name) + ": targets, row " + std::to_string(i / labels) +
                       ", label " + std::to_string(i % labels) + ": expected 0 or 1, found " +
                       std::to_string(targets[i]));
}

template <class T>
void binary_loss(CpuContext& context, const BinaryLoss& k) {
  using W = cpu::Wide<T>;
  check_targets(k);
  const Index padded = k.logits.width();
  const Index labels = k.targets.width();
  const T* logits = k.logits.data<T>();
  T* dlogits = k.dlogits ? k.dlogits.data<T>() : nullptr;
  const auto* targets = k.targets.data<std::int32_t>();
  const W scale = *k.scale.data<W>();
  W* losses = k.losses.data<W>();
  auto* right = k.right.data<std::int32_t>();
  context.parallel_for(k.logits.rows(), 32, [&](Index begin, Index end) {
    for (Index row = begin; row < end; ++row) {
      double loss = 0;
      bool all_right = true;
      T* to = dlogits == nullptr ? nullptr : dlogits + row * padded;
      for (Index i = 0; i < labels; ++i) {
        const W z = cpu::widened(logits[row * padded + i]);
        const Label<W> label = label_of(z, targets[row * labels + i] != 0);
        loss += static_cast<double>(label.loss);
        all_right = all_right && label.right;
        if (to != nullptr) to[i] = cpu::narrowed<T>(label.slope * scale);
      }
      losses[row] = static_cast<W>(loss);
      right[row] = all_right ? 1 : 0;
      if (to != nullptr) std::fill(to + labels, to + padded, T{});
    }
  });
}

}  // namespace

void run_on(CpuContext& context, const BinaryLoss& kernel) {
  cpu::visit_float(kernel.logits.dtype(), [&]<class T>(T) { binary_loss<T>(context, kernel); });
}

}  // namespace electra
