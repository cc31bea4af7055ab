#include "electra/kernels/softmax.h"

namespace electra {

namespace {

void check_scores(const Checker& checker, const ConstTensorView& x, const ConstTensorView& lengths,
                  std::string_view name) {
  checker.floating(name, x);
  const Shape& shape = x.shape();
  checker.that(shape.rank() == 4 && shape[2] == shape[3],
               std::string(name) + ": [batch, heads, length, length], found " + to_string(shape));
  checker.tensor("lengths", lengths, {shape[0]}, DType::i32);
}

}  // namespace

void MaskedSoftmaxForward::check(const Checker& checker) const {
  check_scores(checker, x, lengths, "x");
  checker.tensor("y", y, x.shape(), x.dtype());
}

KernelCost MaskedSoftmaxForward::cost() const {
  return {.flops = 5.0 * static_cast<double>(x.size()),
          .bytes = static_cast<double>(x.bytes() + y.bytes() + lengths.bytes())};
}

void MaskedSoftmaxBackward::check(const Checker& checker) const {
  check_scores(checker, dy, lengths, "dy");
  checker.tensor("y", y, dy.shape(), dy.dtype());
  checker.tensor("dx", dx, dy.shape(), dy.dtype());
}

KernelCost MaskedSoftmaxBackward::cost() const {
  return {.flops = 5.0 * static_cast<double>(dy.size()),
          .bytes = static_cast<double>(dy.bytes() + y.bytes() + dx.bytes() + lengths.bytes())};
}

}  // namespace electra
