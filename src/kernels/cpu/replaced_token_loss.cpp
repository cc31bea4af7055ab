#include "electra/kernels/replaced_token_loss.h"

#include <algorithm>
#include <cmath>

#include "core/cpu/cpu_context.h"
#include "kernels/math/row_places.h"

namespace electra {

namespace {

template <class W>
void loss(CpuContext& context, const ReplacedTokenLoss& k) {
  const auto places = math::row_places<Index>(k.rows);
  const W* logits = k.logits.data<W>();
  const auto* labels = k.labels.data<std::int32_t>();
  const W scale = *k.scale.data<W>();
  W* losses = k.losses.data<W>();
  W* dlogits = k.dlogits ? k.dlogits.data<W>() : nullptr;
  context.parallel_for(k.logits.size(), 512, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      const bool counts = places.is_real(i);
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

void run_on(CpuContext& context, const ReplacedTokenLoss& kernel) {
  if (kernel.logits.dtype() == DType::f64) return loss<double>(context, kernel);
  loss<float>(context, kernel);
}

}  // namespace electra
