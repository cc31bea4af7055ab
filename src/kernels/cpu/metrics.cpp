#include "electra/kernels/metrics.h"

#include <algorithm>
#include <cmath>

#include "core/cpu/cpu_context.h"
#include "kernels/math/row_places.h"

namespace electra {

namespace {

void add(const TensorView& counts, std::initializer_list<Index> amounts) {
  for (auto* to = counts.data<std::int32_t>(); const Index amount : amounts)
    *to++ += static_cast<std::int32_t>(amount);
}

template <class W>
void add(const TensorView& sum, double amount) {
  *sum.data<W>() += static_cast<W>(amount);
}

template <class W>
void masked(const CountMasked& k) {
  const Index count = std::min<Index>(*k.count.data<std::int32_t>(), k.losses.size());
  const auto* targets = k.targets.data<std::int32_t>();
  const auto equal = [&](const ConstTensorView& ids) {
    Index hits = 0;
    for (Index i = 0; i < count; ++i) hits += ids.data<std::int32_t>()[i] == targets[i] ? 1 : 0;
    return hits;
  };
  double loss = 0;
  for (Index i = 0; i < count; ++i) loss += static_cast<double>(k.losses.data<W>()[i]);
  add<W>(k.loss, loss);
  add(k.counts, {count, equal(k.argmax), equal(k.samples)});
}

/// The histogram's bin of sigmoid(logit); NaN, which no finite step has, is put in the first.
template <class W>
Index bin_of(W logit) {
  const W probability = 1 / (1 + std::exp(-logit));
  if (!(probability > 0)) return 0;
  return std::min(CountReplaced::bins - 1,
                  static_cast<Index>(probability * W{CountReplaced::bins}));
}

template <class W>
void replaced(const CountReplaced& k) {
  const auto places = math::row_places<Index>(k.rows);
  const W* losses = k.losses.data<W>();
  const W* logits = k.logits.data<W>();
  const auto* labels = k.labels.data<std::int32_t>();
  auto* histogram = k.histogram.data<std::int32_t>();
  Index tokens = 0, fakes = 0, hits = 0, alarms = 0;
  double loss = 0;
  for (Index example = 0; example < k.rows.batch; ++example) {
    const Index first = places.first_row(example);
    for (Index i = first; i < first + places.length_of(example); ++i) {
      const bool fake = labels[i] != 0;
      const bool found = logits[i] > 0;
      ++tokens;
      fakes += fake ? 1 : 0;
      hits += fake && found ? 1 : 0;
      alarms += !fake && found ? 1 : 0;
      loss += static_cast<double>(losses[i]);
      ++histogram[(fake ? CountReplaced::bins : 0) + bin_of(logits[i])];
    }
  }
  add<W>(k.loss, loss);
  add(k.counts, {tokens, fakes, hits, alarms});
}

template <class T>
void fold(const TensorView& from, const TensorView& to, bool finite) {
  const auto source = from.span<T>();
  const auto target = to.span<T>();
  for (std::size_t i = 0; i < source.size() && finite; ++i) target[i] += source[i];
  std::fill(source.begin(), source.end(), T{});
}

}  // namespace

void run_on(CpuContext&, const CountMasked& kernel) {
  if (kernel.losses.dtype() == DType::f64) return masked<double>(kernel);
  masked<float>(kernel);
}

void run_on(CpuContext&, const CountReplaced& kernel) {
  if (kernel.losses.dtype() == DType::f64) return replaced<double>(kernel);
  replaced<float>(kernel);
}

void run_on(CpuContext&, const FoldMetrics& kernel) {
  const bool finite = *kernel.finite.data<std::int32_t>() != 0;
  if (kernel.sums_from.dtype() == DType::f64)
    fold<double>(kernel.sums_from, kernel.sums_to, finite);
  else
    fold<float>(kernel.sums_from, kernel.sums_to, finite);
  fold<std::int32_t>(kernel.counts_from, kernel.counts_to, finite);
}

}  // namespace electra
