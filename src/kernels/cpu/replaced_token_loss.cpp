#include "electra/kernels/replaced_token_loss.h"

#include <cmath>

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

template <class W>
void loss(CpuContext& context, const ReplacedTokenLoss& k) {
  const Index length = k.logits.width();
  const W* logits = k.logits.data<W>();
  const auto* labels = k.labels.data<std::int32_t>();
  const auto* lengths = k.lengths.data<std::int32_t>();
  const W scale = *k.scale.data<W>();
  W* losses = k.losses.data<W>();
  W* dlogits = k.dlogits ? k.dlogits.data<W>() : nullptr;
  context.parallel_for(k.logits.size(), 512, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      const bool counts = i % length < lengths[i / length];
      const W z = logits[i];
      const W label = static_cast<W>(labels[i]);
      const W small = std::exp(-std::abs(z));
      losses[i] = counts ? std::max(z, W{0}) - z * label + std::log1p(small) : W{0};
      if (dlogits == nullptr) continue;
      // Each branch is exact where the other one loses digits.
      const W sigmoid = z >= 0 ? 1 / (1 + small) : small / (1 + small);
      dlogits[i] = counts ? (sigmoid - label) * scale : W{0};
    }
  });
}

}  // namespace

void run_on(CpuContext& context, const ScoreForward& kernel) {
  cpu::visit_float(kernel.x.dtype(), [&]<class T>(T) { forward<T>(context, kernel); });
}

void run_on(CpuContext& context, const ScoreBackward& kernel) {
  cpu::visit_float(kernel.x.dtype(), [&]<class T>(T) { backward<T>(context, kernel); });
}

void run_on(CpuContext& context, const ReplacedTokenLoss& kernel) {
  if (kernel.logits.dtype() == DType::f64) return loss<double>(context, kernel);
  loss<float>(context, kernel);
}

}  // namespace electra
