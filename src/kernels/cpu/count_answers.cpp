#include "electra/kernels/count_answers.h"

#include <algorithm>

namespace electra {

namespace {

template <class W>
void count(const CountAnswers& k) {
  const Index rows = k.losses.size();
  double sum = 0;
  for (const W loss : k.losses.span<W>()) sum += static_cast<double>(loss);
  Index unscored = 0;
  Index right = 0;
  for (Index i = 0; k.right && i < rows; ++i) {
    const std::int32_t found = k.right.data<std::int32_t>()[i];
    unscored += found < 0 ? 1 : 0;
    right += found > 0 ? 1 : 0;
  }
  *k.loss.data<W>() += static_cast<W>(sum);
  auto* counts = k.counts.data<std::int32_t>();
  counts[0] += static_cast<std::int32_t>(rows - unscored);
  counts[1] += static_cast<std::int32_t>(right);
}

}  // namespace

void run_on(CpuContext&, const CountAnswers& kernel) {
  if (kernel.losses.dtype() == DType::f64) return count<double>(kernel);
  count<float>(kernel);
}

}  // namespace electra
