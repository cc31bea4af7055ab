// The matrix product behind cuBLAS and cuBLASLt.
#pragma once
#include "cublas/matrix.h"

namespace gpu_emulator::cublas {

/// The parts of cublasLtEpilogue_t, which is made of bits.
enum EpiloguePart : unsigned {
  with_relu = 2,
  with_bias = 4,
  with_drelu = 8,
  with_bias_gradient = 16,
  with_gelu = 32,
  with_dgelu = 64,
  with_aux = 128,
  with_bias_gradient_a = 256,
  with_bias_gradient_b = 512
};
bool has(cublasLtEpilogue_t epilogue, unsigned parts);

struct Gemm {  // d = epilogue(alpha * op(a) * op(b) + beta * c)
  Matrix a, b, c, d;
  bool transpose_a = false, transpose_b = false;
  const void *alpha = nullptr, *beta = nullptr;  // float or double
  bool scale_is_double = false;
  bool scale_on_device = false;
  int batch_count = 1;
  cublasLtEpilogue_t epilogue = CUBLASLT_EPILOGUE_DEFAULT;
  Matrix bias, aux;
  int parts = 1;  // split-K: k in so many parts, each rounded to what the scheme says
  unsigned reduction = CUBLASLT_REDUCTION_SCHEME_NONE;
  void* workspace = nullptr;
  size_t workspace_bytes = 0, workspace_used = 0;  // all of it is poisoned, the rest is used

  int64_t depth() const { return transpose_a ? a.rows : a.columns; }
};

/// Extents, types and pointers that the product needs.
cublasStatus_t check(const Gemm& gemm);
/// Enqueues; scalars in host memory are read at once, as cuBLAS does. A product that uses its
/// workspace is two operations, so that work of another stream may come between them.
cublasStatus_t enqueue(Gemm gemm, cudaStream_t stream);

}  // namespace gpu_emulator::cublas
