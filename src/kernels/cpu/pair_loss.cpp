#include "electra/kernels/pair_loss.h"

#include <limits>

#include "core/cpu/cpu_context.h"
#include "kernels/cpu/scalars.h"
#include "kernels/cpu/softmax_loss.h"
#include "kernels/cpu/visit.h"

namespace electra {

namespace {

/// The cosines of one text, which belongs to the candidate of its own number.
template <class T>
struct Row {
  using W = cpu::Wide<T>;
  const T* cosines;
  const std::int32_t* texts;
  Index candidates, own;
  W factor;

  [[nodiscard]] bool counts(Index i) const { return i == own || texts[i] != texts[own]; }
  [[nodiscard]] W cosine(Index i) const { return cpu::widened(cosines[i]); }
  [[nodiscard]] W logit(Index i) const {
    return counts(i) ? factor * cosine(i) : -std::numeric_limits<W>::infinity();
  }
  [[nodiscard]] bool right() const {
    for (Index i = 0; i < candidates; ++i)
      if (counts(i) && !(cosine(i) <= cosine(own))) return false;  // NaN is not right
    return true;
  }

  /// Its loss; writes dcosines, times `scale`, unless it is null.
  [[nodiscard]] W run(W scale, T* dcosines) const {
    const cpu::SoftmaxLoss<W> softmax(candidates, [&](Index i) { return logit(i); });
    const W loss = softmax.loss(logit(own));
    for (Index i = 0; dcosines != nullptr && i < candidates; ++i) {
      const W g = counts(i) ? factor * softmax.slope(i, logit(i), own) * scale : W{0};
      dcosines[i] = cpu::narrowed<T>(g);
    }
    return loss;
  }
};

template <class T>
void pair_loss(CpuContext& context, const PairLoss& k) {
  using W = cpu::Wide<T>;
  const Index candidates = k.cosines.width();
  const T* cosines = k.cosines.data<T>();
  T* dcosines = k.dcosines ? k.dcosines.data<T>() : nullptr;
  const auto* texts = k.texts.data<std::int32_t>();
  const W scale = *k.scale.data<W>();
  W* losses = k.losses.data<W>();
  auto* right = k.right.data<std::int32_t>();
  context.parallel_for(k.cosines.rows(), 4, [&](Index begin, Index end) {
    for (Index row = begin; row < end; ++row) {
      const Row<T> one{cosines + row * candidates, texts, candidates, row,
                       static_cast<W>(k.factor)};
      right[row] = one.right() ? 1 : 0;
      losses[row] = one.run(scale, dcosines == nullptr ? nullptr : dcosines + row * candidates);
    }
  });
}

}  // namespace

void run_on(CpuContext& context, const PairLoss& kernel) {
  cpu::visit_float(kernel.cosines.dtype(), [&]<class T>(T) { pair_loss<T>(context, kernel); });
}

}  // namespace electra
