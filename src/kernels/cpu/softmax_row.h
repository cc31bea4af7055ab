#pragma once

#include <Eigen/Core>
#include <cmath>

#include "kernels/cpu/panel_product.h"

namespace electra::cpu {

template <class T>
struct ExponentialSum {
  T log_sum_exp;  // of scale * score
  T sum;          // of exp(scale * score - greatest), near 1 or more
};

/// Turns `keys` > 0 scores into exp(scale * score - greatest), in place. `row` is aligned to
/// vectors and has room up to a multiple of them, which is left 0.
template <class T>
ExponentialSum<T> exponentials(T* row, Index keys, T scale) {
  using Row = Eigen::Map<Eigen::Array<T, Eigen::Dynamic, 1>>;
  const Index padded = round_up(keys, lanes<T>);
  std::fill(row + keys, row + padded, row[0]);
  Row all(row, padded);
  const T greatest = scale * (scale >= 0 ? all.maxCoeff() : all.minCoeff());
  all = (all * scale - greatest).exp();
  std::fill(row + keys, row + padded, T{0});
  const T sum = all.sum();
  return {greatest + std::log(sum), sum};
}

}  // namespace electra::cpu
