#include "cublas/rules.h"

#include <cstdio>

#include "cudart/device_heap.h"
#include "cudart/engine.h"
#include "runtime/options.h"

namespace gpu_emulator::cublas {
namespace {

constexpr uintptr_t vector_bytes = 16;

/// With GPU_EMULATOR_VERBOSE=1 the reason goes to stderr, as cuBLASLt's own log would give it.
cublasStatus_t refuse(cublasStatus_t status, const char* reason) {
  if (options().verbose) std::fprintf(stderr, "gpu_emulator: cuBLASLt refuses: %s\n", reason);
  return status;
}
cublasStatus_t unsupported(const char* reason) {
  return refuse(CUBLAS_STATUS_NOT_SUPPORTED, reason);
}
cublasStatus_t invalid(const char* reason) { return refuse(CUBLAS_STATUS_INVALID_VALUE, reason); }

bool uses_bias(cublasLtEpilogue_t e) {
  return (unsigned(e) &
          (with_bias | with_bias_gradient | with_bias_gradient_a | with_bias_gradient_b)) != 0;
}

cublasStatus_t check_types(const Description& d, const Gemm& g) {
  if (g.a.type != g.b.type) return unsupported("A and B of different types");
  if (g.c.type != g.d.type) return unsupported("C and D of different types");
  if (d.compute == CUBLAS_COMPUTE_64F || d.compute == CUBLAS_COMPUTE_64F_PEDANTIC) {
    const bool f64 = g.a.type == CUDA_R_64F && g.d.type == CUDA_R_64F && g.scale_is_double;
    return f64 ? CUBLAS_STATUS_SUCCESS : unsupported("f64 compute with other types");
  }
  if (d.scale_type != CUDA_R_32F) return unsupported("scale type");
  const bool single = g.a.type == CUDA_R_32F && g.d.type == CUDA_R_32F;
  const bool half = (g.a.type == CUDA_R_16BF || g.a.type == CUDA_R_16F) &&
                    (g.d.type == g.a.type || g.d.type == CUDA_R_32F);
  switch (d.compute) {
    case CUBLAS_COMPUTE_32F:
    case CUBLAS_COMPUTE_32F_PEDANTIC:
      return single || half ? CUBLAS_STATUS_SUCCESS : unsupported("these types with f32 compute");
    case CUBLAS_COMPUTE_32F_FAST_TF32:
    case CUBLAS_COMPUTE_32F_FAST_16BF:
    case CUBLAS_COMPUTE_32F_FAST_16F:
      return single ? CUBLAS_STATUS_SUCCESS : unsupported("a fast f32 compute type without f32");
    default:
      return unsupported("compute type");
  }
}

cublasStatus_t check_epilogue(const Description& d, const Gemm& g) {
  constexpr unsigned known = 1 | with_relu | with_bias | with_bias_gradient | with_gelu |
                             with_dgelu | with_aux | with_bias_gradient_a | with_bias_gradient_b;
  const unsigned e = unsigned(g.epilogue);
  if (e == CUBLASLT_EPILOGUE_DEFAULT) return CUBLAS_STATUS_SUCCESS;
  if (e & ~known || has(g.epilogue, with_relu | with_aux)) return unsupported("epilogue");
  if (g.a.row_major || g.b.row_major || g.c.row_major || g.d.row_major)
    return unsupported("row-major matrices with an epilogue");
  if (g.scale_is_double) return unsupported("an epilogue in f64");
  if (uses_bias(g.epilogue) && d.bias_type >= 0 && d.bias_type != g.d.type)
    return invalid("bias type: it must be D's");
  if (!(e & with_aux)) return CUBLAS_STATUS_SUCCESS;
  if (d.aux_type >= 0 && d.aux_type != g.d.type) return invalid("auxiliary type: it must be D's");
  if (d.aux_leading < g.d.rows) return invalid("auxiliary leading dimension");
  if (d.aux_leading % 8) return invalid("auxiliary leading dimension: no multiple of 8");
  if (uintptr_t(d.aux) % vector_bytes) return unsupported("auxiliary pointer: not 16-byte aligned");
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t check_layouts(const Gemm& g, const std::array<Layout, 4>& layouts) {
  for (const Layout& l : layouts) {
    if (l.order != CUBLASLT_ORDER_COL && l.order != CUBLASLT_ORDER_ROW)
      return unsupported("matrix order");
    if (l.batch_count != g.batch_count) return invalid("batch counts that differ");
    if (!l.rows || !l.columns) return invalid("an empty matrix");
  }
  if (g.c.row_major != g.d.row_major) return unsupported("C and D of different orders");
  if (g.c.rows != g.d.rows || g.c.columns != g.d.columns) return invalid("extents of C");
  if (g.batch_count < 1) return invalid("batch count");
  if (g.batch_count > 1 && size_t(g.d.batch_stride) * element_size(g.d.type) < g.d.span(1))
    return invalid("batch entries of D overlap");
  return CUBLAS_STATUS_SUCCESS;
}

}  // namespace

cublasStatus_t check_description(const Description& d, const Gemm& g,
                                 const std::array<Layout, 4>& layouts) {
  if (cublasStatus_t s = check_types(d, g)) return s;
  if (cublasStatus_t s = check_layouts(g, layouts)) return s;
  if (cublasStatus_t s = check(g)) return refuse(s, "extents or leading dimensions");
  if (d.transpose_c != CUBLAS_OP_N) return unsupported("transposed C");
  return check_epilogue(d, g);
}

cublasStatus_t check_pointers(const Gemm& g, const void* workspace, size_t workspace_bytes) {
  const bool reads_c =
      g.scale_on_device || (g.scale_is_double ? *static_cast<const double*>(g.beta) != 0
                                              : *static_cast<const float*>(g.beta) != 0);
  if (reads_c && !g.c.data) return invalid("no C");
  if (uses_bias(g.epilogue) && !g.bias.data) return invalid("no bias");
  if (uses_bias(g.epilogue) && uintptr_t(g.bias.data) % vector_bytes)
    return unsupported("bias pointer: not 16-byte aligned");
  if ((unsigned(g.epilogue) & with_aux) && !g.aux.data) return invalid("no auxiliary matrix");
  for (const Matrix* m : {&g.a, &g.b, &g.c, &g.d})
    if (uintptr_t(m->data) % element_size(m->type)) return invalid("pointer alignment");
  if (!workspace) return CUBLAS_STATUS_SUCCESS;
  if (uintptr_t(workspace) % vector_bytes) return invalid("workspace: not 16-byte aligned");
  cudart::Lock lock;
  cudart::Allocation a;
  if (!cudart::heap_find(workspace, &a) ||
      uintptr_t(workspace) + workspace_bytes > a.address + a.bytes)
    return invalid("workspace: it is not all device memory");
  return CUBLAS_STATUS_SUCCESS;
}

}  // namespace gpu_emulator::cublas
