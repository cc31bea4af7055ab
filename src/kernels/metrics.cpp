#include "electra/kernels/metrics.h"

namespace electra {

namespace {

void check_sums(const Checker& checker, const MetricSums& sums, DType type) {
  checker.tensor("sums.loss", sums.loss, {MetricSums::sums}, type);
  checker.tensor("sums.count", sums.count, {MetricSums::counts}, DType::i32);
  checker.tensor("sums.histogram", sums.histogram, {2, MetricSums::bins}, DType::i32);
}

}  // namespace

void CountMasked::check(const Checker& checker) const {
  checker.floating("losses", losses);
  const DType type = wide(losses.dtype());
  const Shape capacity{losses.size()};
  checker.tensor("losses", losses, capacity, type);
  checker.tensor("targets", targets, capacity, DType::i32);
  checker.tensor("argmax", argmax, capacity, DType::i32);
  checker.tensor("samples", samples, capacity, DType::i32);
  checker.tensor("count", count, {1}, DType::i32);
  check_sums(checker, sums, type);
}

void CountReplaced::check(const Checker& checker) const {
  checker.floating("losses", losses);
  const DType type = wide(losses.dtype());
  const Shape& shape = losses.shape();
  checker.that(shape.rank() == 2, "losses [batch, length], found " + to_string(shape));
  checker.tensor("losses", losses, shape, type);
  checker.tensor("logits", logits, shape, type);
  checker.tensor("labels", labels, shape, DType::i32);
  checker.tensor("lengths", lengths, {shape[0]}, DType::i32);
  check_sums(checker, sums, type);
}

void FoldMetrics::check(const Checker& checker) const {
  checker.floating("from.loss", from.loss);
  check_sums(checker, from, wide(from.loss.dtype()));
  check_sums(checker, to, wide(from.loss.dtype()));
  checker.tensor("finite", finite, {1}, DType::i32);
}

}  // namespace electra
