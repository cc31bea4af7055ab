#include "electra/kernels/class_loss.h"

#include <algorithm>

#include "core/cpu/cpu_context.h"
#include "kernels/cpu/check_ids.h"
#include "kernels/cpu/scalars.h"
#include "kernels/cpu/softmax_loss.h"
#include "kernels/cpu/visit.h"

namespace electra {

namespace {

/// One row that is scored: its loss, whether it is right and, unless dlogits is null, its gradient.
template <class T>
struct Row {
  using W = cpu::Wide<T>;
  const T* logits;
  T* dlogits;
  Index classes, label;
  W weight, scale;

  [[nodiscard]] W logit(Index i) const { return cpu::widened(logits[i]); }

  [[nodiscard]] W run(std::int32_t& right) const {
    const cpu::SoftmaxLoss<W> softmax(classes, [&](Index i) { return logit(i); });
    const W loss = weight * softmax.loss(logit(label));
    right = softmax.top() == label ? 1 : 0;
    for (Index i = 0; dlogits != nullptr && i < classes; ++i)
      dlogits[i] = cpu::narrowed<T>(weight * softmax.slope(i, logit(i), label) * scale);
    return loss;
  }
};

template <class T>
void class_loss(CpuContext& context, const ClassLoss& k) {
  using W = cpu::Wide<T>;
  cpu::check_ids_or_none(k.name, "labels", k.labels.span<std::int32_t>(), k.classes);
  const Index padded = k.logits.width();
  const T* logits = k.logits.data<T>();
  T* dlogits = k.dlogits ? k.dlogits.data<T>() : nullptr;
  const auto* labels = k.labels.data<std::int32_t>();
  const float* weights = k.weights ? k.weights.data<float>() : nullptr;
  const W scale = *k.scale.data<W>();
  W* losses = k.losses.data<W>();
  auto* right = k.right.data<std::int32_t>();
  context.parallel_for(k.logits.rows(), 32, [&](Index begin, Index end) {
    for (Index row = begin; row < end; ++row) {
      T* to = dlogits == nullptr ? nullptr : dlogits + row * padded;
      const bool scored = labels[row] >= 0;
      const W weight = weights == nullptr ? W{1} : static_cast<W>(weights[row]);
      const Row<T> one{logits + row * padded, to, k.classes, labels[row], weight, scale};
      right[row] = -1;
      losses[row] = scored ? one.run(right[row]) : W{0};
      if (to != nullptr) std::fill(to + (scored ? k.classes : 0), to + padded, T{});
    }
  });
}

}  // namespace

void run_on(CpuContext& context, const ClassLoss& kernel) {
  cpu::visit_float(kernel.logits.dtype(), [&]<class T>(T) { class_loss<T>(context, kernel); });
}

}  // namespace electra
