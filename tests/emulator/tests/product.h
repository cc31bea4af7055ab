// One cuBLASLt product with its descriptors, for tests.
#pragma once
#include <cublasLt.h>

#include <cstdint>
#include <vector>

#include "check.h"

namespace product {

inline void ok(cublasStatus_t s, check::Where where = check::Where::current()) {
  check::that(s == CUBLAS_STATUS_SUCCESS, cublasLtGetStatusName(s), where);
}

struct Shape {  // d [m, n] of op(a) and op(b), column-major
  int m, n, k;
  bool ta = false, tb = false;
  cudaDataType inputs = CUDA_R_32F, output = CUDA_R_32F;
  int batch = 1;
  cublasComputeType_t compute = CUBLAS_COMPUTE_32F;
};

struct Arguments {
  float alpha = 1, beta = 0;
  const void *a = nullptr, *b = nullptr, *c = nullptr;
  void* d = nullptr;
  const cublasLtMatmulAlgo_t* algorithm = nullptr;
  void* workspace = nullptr;
  size_t workspace_bytes = 0;
  cudaStream_t stream = nullptr;
};

class Product {
 public:
  explicit Product(const Shape& s) {
    ok(cublasLtCreate(&handle_));
    ok(cublasLtMatmulDescCreate(&description_, s.compute, CUDA_R_32F));
    set(CUBLASLT_MATMUL_DESC_TRANSA, s.ta ? CUBLAS_OP_T : CUBLAS_OP_N);
    set(CUBLASLT_MATMUL_DESC_TRANSB, s.tb ? CUBLAS_OP_T : CUBLAS_OP_N);
    a = layout(s.inputs, s.ta ? s.k : s.m, s.ta ? s.m : s.k, s.batch);
    b = layout(s.inputs, s.tb ? s.n : s.k, s.tb ? s.k : s.n, s.batch);
    c = layout(s.output, s.m, s.n, s.batch);
    d = layout(s.output, s.m, s.n, s.batch);
    ok(cublasLtMatmulPreferenceCreate(&preference_));
  }
  Product(const Product&) = delete;
  ~Product() {
    for (auto l : {a, b, c, d}) cublasLtMatrixLayoutDestroy(l);
    cublasLtMatmulPreferenceDestroy(preference_);
    cublasLtMatmulDescDestroy(description_);
    cublasLtDestroy(handle_);
  }
  template <class T>
  void set(cublasLtMatmulDescAttributes_t what, T value) {
    ok(cublasLtMatmulDescSetAttribute(description_, what, &value, sizeof value));
  }
  template <class T>
  void set(cublasLtMatrixLayout_t l, cublasLtMatrixLayoutAttribute_t what, T value) {
    ok(cublasLtMatrixLayoutSetAttribute(l, what, &value, sizeof value));
  }
  template <class T>
  void prefer(cublasLtMatmulPreferenceAttributes_t what, T value) {
    ok(cublasLtMatmulPreferenceSetAttribute(preference_, what, &value, sizeof value));
  }
  /// What the heuristic says, and all that it finds.
  cublasStatus_t heuristic(std::vector<cublasLtMatmulHeuristicResult_t>* found) {
    found->resize(8);
    int count = 0;
    const cublasStatus_t s = cublasLtMatmulAlgoGetHeuristic(handle_, description_, a, b, c, d,
                                                            preference_, 8, found->data(), &count);
    found->resize(size_t(count));
    return s;
  }
  std::vector<cublasLtMatmulHeuristicResult_t> heuristic() {
    std::vector<cublasLtMatmulHeuristicResult_t> found;
    ok(heuristic(&found));
    return found;
  }
  cublasStatus_t run(const Arguments& x) const {
    return cublasLtMatmul(handle_, description_, &x.alpha, x.a, a, x.b, b, &x.beta, x.c, c, x.d, d,
                          x.algorithm, x.workspace, x.workspace_bytes, x.stream);
  }
  cublasLtMatrixLayout_t a = nullptr, b = nullptr, c = nullptr, d = nullptr;

 private:
  static cublasLtMatrixLayout_t layout(cudaDataType type, int rows, int columns, int batch) {
    cublasLtMatrixLayout_t l;
    ok(cublasLtMatrixLayoutCreate(&l, type, uint64_t(rows), uint64_t(columns), rows));
    const int32_t count = batch;
    const int64_t stride = int64_t(rows) * columns;
    ok(cublasLtMatrixLayoutSetAttribute(l, CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT, &count,
                                        sizeof count));
    ok(cublasLtMatrixLayoutSetAttribute(l, CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET, &stride,
                                        sizeof stride));
    return l;
  }
  cublasLtHandle_t handle_ = nullptr;
  cublasLtMatmulDesc_t description_ = nullptr;
  cublasLtMatmulPreference_t preference_ = nullptr;
};

}  // namespace product
