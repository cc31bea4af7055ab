// What cuBLASLt's opaque descriptors hold here.
#pragma once
#include <cublasLt.h>

#include <cstdint>

namespace gpu_emulator::cublas {

struct Layout {
  cudaDataType type;
  cublasLtOrder_t order;
  uint64_t rows, columns;
  int64_t leading, batch_stride;
  int32_t batch_count;
};
static_assert(sizeof(Layout) <= sizeof(cublasLtMatrixLayoutOpaque_t));

struct Description {
  cublasComputeType_t compute;
  int32_t scale_type, pointer_mode;
  int32_t transpose_a, transpose_b, transpose_c;
  uint32_t epilogue;
  const void* bias;
  int64_t bias_batch_stride;
  int32_t bias_type;
  void* aux;
  int64_t aux_leading, aux_batch_stride;
  int32_t aux_type, sm_count_target;
  int8_t fast_accumulation;
};
static_assert(sizeof(Description) <= sizeof(cublasLtMatmulDescOpaque_t));

struct Preference {
  uint32_t search_mode;
  uint64_t max_workspace;
  uint32_t alignment[4];  // of A, B, C and D, in bytes
  uint32_t reduction_schemes;
};
static_assert(sizeof(Preference) <= sizeof(cublasLtMatmulPreferenceOpaque_t));

/// What cublasLt.h says: no workspace, 256-byte alignment, any reduction scheme.
inline Preference default_preference() {
  return {0, 0, {256, 256, 256, 256}, CUBLASLT_REDUCTION_SCHEME_MASK};
}

inline Layout& of(cublasLtMatrixLayout_t l) { return *reinterpret_cast<Layout*>(l); }
inline Description& of(cublasLtMatmulDesc_t d) { return *reinterpret_cast<Description*>(d); }
inline Preference& of(cublasLtMatmulPreference_t p) { return *reinterpret_cast<Preference*>(p); }

}  // namespace gpu_emulator::cublas
