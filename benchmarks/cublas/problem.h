#pragma once

#include <cublasLt.h>

#include <vector>

#include "electra/kernels/matmul.h"
#include "support/tensor.h"

namespace electra::bench::cublas {

/// A matrix product described to cuBLASLt, and what its heuristic proposes, fastest first by its
/// own estimate. A bias is given in the product's dtype.
class Problem {
 public:
  explicit Problem(const Matmul& kernel);
  ~Problem();
  Problem(const Problem&) = delete;
  Problem& operator=(const Problem&) = delete;

  [[nodiscard]] std::size_t proposals() const { return proposals_.size(); }
  void run(std::size_t proposal) const;

 private:
  void describe();
  void ask();

  Matmul kernel_;
  Tensor bias_;
  Buffer workspace_;
  cublasLtHandle_t handle_ = nullptr;
  cublasLtMatmulDesc_t operation_ = nullptr;
  cublasLtMatrixLayout_t a_ = nullptr, b_ = nullptr, c_ = nullptr;
  std::vector<cublasLtMatmulHeuristicResult_t> proposals_;
};

}  // namespace electra::bench::cublas
