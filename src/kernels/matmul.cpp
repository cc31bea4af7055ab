#include "electra/kernels/matmul.h"

#include "kernels/math/matmul_extents.h"

namespace electra {

namespace {

Shape operand(const Shape& c, Index batch, Index rows, Index columns, Transpose transpose) {
  if (transpose == Transpose::yes) std::swap(rows, columns);
  return c.rank() == 3 ? Shape{batch, rows, columns} : Shape{rows, columns};
}

}  // namespace

void Matmul::check(const Checker& checker) const {
  checker.floating("a", a);
  checker.that(a.shape().rank() == 2 || a.shape().rank() == 3,
               "a: 2 or 3 extents, found " + to_string(a.shape()));
  checker.that(
      c.shape().rank() == a.shape().rank(),
      "c: as many extents as a " + to_string(a.shape()) + ", found " + to_string(c.shape()));
  const auto [batch, m, n, k] = math::extents(*this);
  checker.tensor("a", a, operand(c.shape(), batch, m, k, transpose_a), a.dtype());
  checker.tensor("b", b, operand(c.shape(), batch, k, n, transpose_b), a.dtype());
  const DType type = c.dtype() == a.dtype() ? a.dtype() : wide(a.dtype());
  checker.tensor("c", c, operand(c.shape(), batch, m, n, Transpose::no), type);
  if (!bias) return;
  checker.tensor("bias", bias, {n}, wide(a.dtype()));
  checker.optional("rounded_bias", rounded_bias, {n}, c.dtype());
  checker.that(write == Write::overwrite && c.shape().rank() == 2,
               "bias: only with Write::overwrite and without a batch");
}

KernelCost Matmul::cost() const {
  const auto [batch, m, n, k] = math::extents(*this);
  const Index reads = write == Write::add ? c.bytes() : 0;
  const Index bytes = a.bytes() + b.bytes() + c.bytes() + reads + (bias ? bias.bytes() : 0);
  return {.flops = 2.0 * static_cast<double>(batch * m) * static_cast<double>(n * k),
          .bytes = static_cast<double>(bytes)};
}

}  // namespace electra
