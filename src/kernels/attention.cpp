#include "electra/kernels/attention.h"

#include "kernels/math/attention_extents.h"
#include "kernels/math/dropout.h"

namespace electra {

namespace {

constexpr Index longest_with_dropout = 512;  // what the numbering of dropout has room for

/// What both directions share: qkv, rows, heads and dropout.
void check_shared(const Checker& checker, const ConstTensorView& qkv, const TextRows& rows,
                  Index heads, float dropout, const RandomKey& random) {
  rows.check(checker);
  checker.floating("qkv", qkv);
  const Shape& shape = qkv.shape();
  if (dropout != 0 && rows.length > longest_with_dropout)
    checker.fail("expected a length of at most 512 with dropout, found " +
                 std::to_string(rows.length));
  if (shape.rank() != 2 || shape[0] != rows.count() || shape[1] % 3 != 0)
    checker.fail("expected qkv: [" + std::to_string(rows.count()) + ", 3 * hidden], found " +
                 to_string(shape));
  if (heads <= 0 || shape[1] / 3 % heads != 0)
    checker.fail("expected heads to divide hidden " + std::to_string(shape[1] / 3) + ", found " +
                 std::to_string(heads));
  if (!(dropout >= 0) || math::dropout_rate(dropout).threshold >= 65536)
    checker.fail("expected dropout in [0, 1), found " + std::to_string(dropout));
  if (dropout > 0) checker.tensor("random.step", random.step, {1}, DType::i32);
}

/// Of queries and keys, if every text were as long as the longest.
double pairs(const math::AttentionExtents& e, const TextRows& rows) {
  return static_cast<double>(rows.count() * e.heads) * static_cast<double>(e.length);
}

}  // namespace

void AttentionForward::check(const Checker& checker) const {
  check_shared(checker, qkv, rows, heads, dropout, random);
  const auto e = math::extents(qkv, rows, heads);
  checker.tensor("out", out, {rows.count(), e.hidden}, qkv.dtype());
  checker.tensor("log_sum_exp", log_sum_exp, {e.batch, e.heads, e.length}, wide(qkv.dtype()));
}

KernelCost AttentionForward::cost() const {
  const auto e = math::extents(qkv, rows, heads);
  return {.flops = 4 * pairs(e, rows) * static_cast<double>(e.width),
          .bytes = static_cast<double>(qkv.bytes() + out.bytes() + log_sum_exp.bytes())};
}

void AttentionBackward::check(const Checker& checker) const {
  check_shared(checker, qkv, rows, heads, dropout, random);
  const auto e = math::extents(qkv, rows, heads);
  checker.tensor("dout", dout, {rows.count(), e.hidden}, qkv.dtype());
  checker.tensor("out", out, {rows.count(), e.hidden}, qkv.dtype());
  checker.tensor("log_sum_exp", log_sum_exp, {e.batch, e.heads, e.length}, wide(qkv.dtype()));
  checker.tensor("dqkv", dqkv, qkv.shape(), qkv.dtype());
}

KernelCost AttentionBackward::cost() const {
  const auto e = math::extents(qkv, rows, heads);
  return {.flops = 10 * pairs(e, rows) * static_cast<double>(e.width),
          .bytes = static_cast<double>(dout.bytes() + out.bytes() + qkv.bytes() + dqkv.bytes() +
                                       log_sum_exp.bytes())};
}

}  // namespace electra
