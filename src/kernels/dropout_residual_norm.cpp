#include "electra/kernels/dropout_residual_norm.h"

namespace electra {

namespace {

void check_dropout(const Checker& checker, float dropout, const RandomKey& random,
                   const TextRows& rows, Index found) {
  checker.that(dropout >= 0 && dropout < 1, "dropout in [0, 1)");
  if (dropout > 0) {
    checker.tensor("random.step", random.step, Shape{1}, DType::i32);
    rows.check(checker);
    checker.that(found == rows.count(), "as many rows as the texts have, " +
                                            std::to_string(rows.count()) + ", found " +
                                            std::to_string(found));
  }
}

}  // namespace

void DropoutResidualNormForward::check(const Checker& checker) const {
  checker.floating("x", x);
  const Shape vector{x.width()};
  const Shape column{x.rows()};
  const DType statistics = wide(x.dtype());
  checker.optional("bias", bias, vector, statistics);
  checker.tensor("residual", residual, x.shape(), x.dtype());
  checker.tensor("gain", gain, vector, statistics);
  checker.tensor("beta", beta, vector, statistics);
  checker.tensor("sum", sum, x.shape(), x.dtype());
  checker.tensor("y", y, x.shape(), x.dtype());
  checker.tensor("mean", mean, column, statistics);
  checker.tensor("rstd", rstd, column, statistics);
  checker.that(epsilon >= 0, "epsilon of 0 or more");
  check_dropout(checker, dropout, random, rows, x.rows());
}

KernelCost DropoutResidualNormForward::cost() const {
  return {11.0 * static_cast<double>(x.size()),
          static_cast<double>(4 * x.bytes() + 3 * gain.bytes() + mean.bytes() + rstd.bytes())};
}

void DropoutResidualNormBackward::check(const Checker& checker) const {
  checker.floating("dy", dy);
  const Shape vector{dy.width()};
  const Shape column{dy.rows()};
  const DType statistics = wide(dy.dtype());
  checker.tensor("sum", sum, dy.shape(), dy.dtype());
  checker.tensor("gain", gain, vector, statistics);
  checker.tensor("mean", mean, column, statistics);
  checker.tensor("rstd", rstd, column, statistics);
  checker.tensor("dresidual", dresidual, dy.shape(), dy.dtype());
  checker.tensor("dgain", dgain, vector, statistics);
  checker.tensor("dbeta", dbeta, vector, statistics);
  checker.tensor("dbias", dbias, vector, statistics);
  checker.optional("dx", dx, dy.shape(), dy.dtype());
  checker.that(dropout == 0 || static_cast<bool>(dx), "dx where dropout is above 0");
  check_dropout(checker, dropout, random, rows, dy.rows());
}

KernelCost DropoutResidualNormBackward::cost() const {
  return {20.0 * static_cast<double>(dy.size()),
          static_cast<double>((dx ? 4 : 3) * dy.bytes() + 7 * gain.bytes() + mean.bytes() +
                              rstd.bytes())};
}

}  // namespace electra
