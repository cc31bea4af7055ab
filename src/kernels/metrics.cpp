#include "electra/kernels/metrics.h"

namespace electra {

void CountMasked::check(const Checker& checker) const {
  checker.floating("losses", losses);
  const DType type = wide(losses.dtype());
  const Shape capacity{losses.size()};
  checker.tensor("losses", losses, capacity, type);
  checker.tensor("targets", targets, capacity, DType::i32);
  checker.tensor("argmax", argmax, capacity, DType::i32);
  checker.tensor("samples", samples, capacity, DType::i32);
  checker.tensor("count", count, {1}, DType::i32);
  checker.tensor("loss", loss, {1}, type);
  checker.tensor("counts", counts, {3}, DType::i32);
}

void CountReplaced::check(const Checker& checker) const {
  checker.floating("losses", losses);
  const DType type = wide(losses.dtype());
  const Shape shape{rows.count()};
  rows.check(checker);
  checker.tensor("losses", losses, shape, type);
  checker.tensor("logits", logits, shape, type);
  checker.tensor("labels", labels, shape, DType::i32);
  checker.tensor("loss", loss, {1}, type);
  checker.tensor("counts", counts, {4}, DType::i32);
  checker.tensor("histogram", histogram, {2, bins}, DType::i32);
}

void FoldMetrics::check(const Checker& checker) const {
  checker.floating("sums_from", sums_from);
  const DType type = wide(sums_from.dtype());
  checker.tensor("sums_from", sums_from, {sums_from.size()}, type);
  checker.tensor("sums_to", sums_to, {sums_from.size()}, type);
  checker.tensor("counts_from", counts_from, {counts_from.size()}, DType::i32);
  checker.tensor("counts_to", counts_to, {counts_from.size()}, DType::i32);
  checker.tensor("finite", finite, {1}, DType::i32);
}

}  // namespace electra
