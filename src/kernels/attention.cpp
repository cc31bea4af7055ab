#include "electra/kernels/attention.h"

#include "kernels/math/attention_extents.h"
#include "kernels/math/dropout.h"

namespace electra {

namespace {

constexpr Index longest = 512;  // what the numbering of dropout has room for

/// What both directions share: qkv, lengths, heads and dropout.
void check_shared(const Checker& checker, const ConstTensorView& qkv,
                  const ConstTensorView& lengths, Index heads, float dropout,
                  const RandomKey& random) {
  checker.floating("qkv", qkv);
  const Shape& shape = qkv.shape();
  checker.that(shape.rank() == 3 && shape[2] % 3 == 0,
               "qkv: [batch, length, 3 * hidden], found " + to_string(shape));
  checker.that(shape[1] <= longest, "a length of at most 512, found " + std::to_string(shape[1]));
  checker.that(heads > 0 && shape[2] / 3 % heads == 0, "heads to divide hidden " +
                                                           std::to_string(shape[2] / 3) +
                                                           ", found " + std::to_string(heads));
  checker.tensor("lengths", lengths, {shape[0]}, DType::i32);
  checker.that(dropout >= 0 && math::dropout_rate(dropout).threshold < 65536,
               "dropout in [0, 1), found " + std::to_string(dropout));
  if (dropout > 0) checker.tensor("random.step", random.step, {1}, DType::i32);
}

double pairs(const math::AttentionExtents& e) {
  return static_cast<double>(e.batch * e.heads) * static_cast<double>(e.length * e.length);
}

}  // namespace

void AttentionForward::check(const Checker& checker) const {
  check_shared(checker, qkv, lengths, heads, dropout, random);
  const auto e = math::extents(qkv, heads);
  checker.tensor("out", out, {e.batch, e.length, e.hidden}, qkv.dtype());
  checker.tensor("log_sum_exp", log_sum_exp, {e.batch, e.heads, e.length}, wide(qkv.dtype()));
}

KernelCost AttentionForward::cost() const {
  const auto e = math::extents(qkv, heads);
  return {.flops = 4 * pairs(e) * static_cast<double>(e.width),
          .bytes = static_cast<double>(qkv.bytes() + out.bytes() + log_sum_exp.bytes())};
}

void AttentionBackward::check(const Checker& checker) const {
  check_shared(checker, qkv, lengths, heads, dropout, random);
  const auto e = math::extents(qkv, heads);
  checker.tensor("dout", dout, {e.batch, e.length, e.hidden}, qkv.dtype());
  checker.tensor("out", out, {e.batch, e.length, e.hidden}, qkv.dtype());
  checker.tensor("log_sum_exp", log_sum_exp, {e.batch, e.heads, e.length}, wide(qkv.dtype()));
  checker.tensor("dqkv", dqkv, qkv.shape(), qkv.dtype());
}

KernelCost AttentionBackward::cost() const {
  const auto e = math::extents(qkv, heads);
  return {.flops = 10 * pairs(e) * static_cast<double>(e.width),
          .bytes = static_cast<double>(dout.bytes() + out.bytes() + qkv.bytes() + dqkv.bytes() +
                                       log_sum_exp.bytes())};
}

}  // namespace electra
