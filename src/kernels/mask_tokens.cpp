#include "electra/kernels/mask_tokens.h"

namespace electra {

namespace {

double bytes_of(std::initializer_list<ConstTensorView> views) {
  Index bytes = 0;
  for (const ConstTensorView& view : views) bytes += view.bytes();
  return static_cast<double>(bytes);
}

}  // namespace

void MaskTokens::check(const Checker& checker) const {
  rows.check(checker);
  checker.tensor("ids", ids, {rows.count()}, DType::i32);
  const Shape capacity{positions.size()};
  checker.tensor("mask_counts", mask_counts, {rows.batch}, DType::i32);
  checker.tensor("masked_ids", masked_ids, ids.shape(), DType::i32);
  checker.tensor("positions", positions, capacity, DType::i32);
  checker.tensor("originals", originals, capacity, DType::i32);
  checker.tensor("count", count, {1}, DType::i32);
  checker.tensor("random.step", random.step, {1}, DType::i32);
  checker.that(vocabulary >= 1, "a vocabulary of 1 or more, found " + std::to_string(vocabulary));
  checker.that(keep >= 0 && random_share >= 0 && keep + random_share <= 1,
               "keep and random_share of 0 or more, together at most 1");
}

KernelCost MaskTokens::cost() const {
  return {0, bytes_of({ids, rows.lengths, mask_counts, masked_ids, positions, originals, count})};
}

void ReplaceTokens::check(const Checker& checker) const {
  rows.check(checker);
  checker.tensor("ids", ids, {rows.count()}, DType::i32);
  const Shape capacity{positions.size()};
  checker.tensor("positions", positions, capacity, DType::i32);
  checker.tensor("samples", samples, capacity, DType::i32);
  checker.tensor("count", count, {1}, DType::i32);
  checker.tensor("corrupted_ids", corrupted_ids, ids.shape(), DType::i32);
  checker.tensor("labels", labels, ids.shape(), DType::i32);
}

KernelCost ReplaceTokens::cost() const {
  return {0, bytes_of({ids, positions, samples, count, corrupted_ids, labels})};
}

}  // namespace electra
