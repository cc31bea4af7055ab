// Creating cuBLASLt's descriptors, reading and writing their attributes.
#include "cublas/descriptors.h"

#include "cublas/attribute.h"

using namespace gpu_emulator::cublas;

// ---- matrix layouts
cublasStatus_t cublasLtMatrixLayoutInit_internal(cublasLtMatrixLayout_t l, size_t,
                                                 cudaDataType type, uint64_t rows, uint64_t columns,
                                                 int64_t leading) {
  of(l) = {type, CUBLASLT_ORDER_COL, rows, columns, leading, 0, 1};
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtMatrixLayoutCreate(cublasLtMatrixLayout_t* l, cudaDataType type,
                                          uint64_t rows, uint64_t columns, int64_t leading) {
  *l = new cublasLtMatrixLayoutOpaque_t{};
  return cublasLtMatrixLayoutInit_internal(*l, sizeof **l, type, rows, columns, leading);
}
cublasStatus_t cublasLtMatrixLayoutDestroy(cublasLtMatrixLayout_t l) {
  delete l;
  return CUBLAS_STATUS_SUCCESS;
}

/// Calls visit(field) for the field an attribute stands for.
template <class Visit>
static cublasStatus_t with_field(cublasLtMatrixLayout_t handle, cublasLtMatrixLayoutAttribute_t a,
                                 Visit visit) {
  Layout& l = of(handle);
  switch (a) {
    case CUBLASLT_MATRIX_LAYOUT_TYPE:
      return visit(l.type);
    case CUBLASLT_MATRIX_LAYOUT_ORDER:
      return visit(l.order);
    case CUBLASLT_MATRIX_LAYOUT_ROWS:
      return visit(l.rows);
    case CUBLASLT_MATRIX_LAYOUT_COLS:
      return visit(l.columns);
    case CUBLASLT_MATRIX_LAYOUT_LD:
      return visit(l.leading);
    case CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT:
      return visit(l.batch_count);
    case CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET:
      return visit(l.batch_stride);
    default:
      return CUBLAS_STATUS_NOT_SUPPORTED;
  }
}

template <class Visit>
static cublasStatus_t with_field(cublasLtMatmulDesc_t handle, cublasLtMatmulDescAttributes_t a,
                                 Visit visit) {
  Description& d = of(handle);
  switch (a) {
    case CUBLASLT_MATMUL_DESC_COMPUTE_TYPE:
      return visit(d.compute);
    case CUBLASLT_MATMUL_DESC_SCALE_TYPE:
      return visit(d.scale_type);
    case CUBLASLT_MATMUL_DESC_POINTER_MODE:
      return visit(d.pointer_mode);
    case CUBLASLT_MATMUL_DESC_TRANSA:
      return visit(d.transpose_a);
    case CUBLASLT_MATMUL_DESC_TRANSB:
      return visit(d.transpose_b);
    case CUBLASLT_MATMUL_DESC_TRANSC:
      return visit(d.transpose_c);
    case CUBLASLT_MATMUL_DESC_EPILOGUE:
      return visit(d.epilogue);
    case CUBLASLT_MATMUL_DESC_BIAS_POINTER:
      return visit(d.bias);
    case CUBLASLT_MATMUL_DESC_BIAS_BATCH_STRIDE:
      return visit(d.bias_batch_stride);
    case CUBLASLT_MATMUL_DESC_BIAS_DATA_TYPE:
      return visit(d.bias_type);
    case CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_POINTER:
      return visit(d.aux);
    case CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_LD:
      return visit(d.aux_leading);
    case CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_BATCH_STRIDE:
      return visit(d.aux_batch_stride);
    case CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_DATA_TYPE:
      return visit(d.aux_type);
    case CUBLASLT_MATMUL_DESC_SM_COUNT_TARGET:
      return visit(d.sm_count_target);
    case CUBLASLT_MATMUL_DESC_FAST_ACCUM:
      return visit(d.fast_accumulation);
    default:
      return CUBLAS_STATUS_NOT_SUPPORTED;
  }
}

template <class Visit>
static cublasStatus_t with_field(cublasLtMatmulPreference_t handle,
                                 cublasLtMatmulPreferenceAttributes_t a, Visit visit) {
  Preference& p = of(handle);
  switch (a) {
    case CUBLASLT_MATMUL_PREF_SEARCH_MODE:
      return visit(p.search_mode);
    case CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES:
      return visit(p.max_workspace);
    case CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES:
      return visit(p.alignment[0]);
    case CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES:
      return visit(p.alignment[1]);
    case CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES:
      return visit(p.alignment[2]);
    case CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES:
      return visit(p.alignment[3]);
    case CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK:
      return visit(p.reduction_schemes);
    default:
      return CUBLAS_STATUS_NOT_SUPPORTED;
  }
}

cublasStatus_t cublasLtMatrixLayoutSetAttribute(cublasLtMatrixLayout_t l,
                                                cublasLtMatrixLayoutAttribute_t a,
                                                const void* value, size_t bytes) {
  return with_field(l, a, [=](auto& field) { return set_attribute(&field, value, bytes); });
}
cublasStatus_t cublasLtMatrixLayoutGetAttribute(cublasLtMatrixLayout_t l,
                                                cublasLtMatrixLayoutAttribute_t a, void* value,
                                                size_t bytes, size_t* written) {
  return with_field(l, a, [=](auto& f) { return get_attribute(f, value, bytes, written); });
}

// ---- matmul descriptors
cublasStatus_t cublasLtMatmulDescInit_internal(cublasLtMatmulDesc_t d, size_t,
                                               cublasComputeType_t compute, cudaDataType scale) {
  of(d) = {};
  of(d).compute = compute;
  of(d).scale_type = scale;
  of(d).epilogue = CUBLASLT_EPILOGUE_DEFAULT;
  of(d).bias_type = of(d).aux_type = -1;
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtMatmulDescCreate(cublasLtMatmulDesc_t* d, cublasComputeType_t compute,
                                        cudaDataType scale) {
  *d = new cublasLtMatmulDescOpaque_t{};
  return cublasLtMatmulDescInit_internal(*d, sizeof **d, compute, scale);
}
cublasStatus_t cublasLtMatmulDescDestroy(cublasLtMatmulDesc_t d) {
  delete d;
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtMatmulDescSetAttribute(cublasLtMatmulDesc_t d,
                                              cublasLtMatmulDescAttributes_t a, const void* value,
                                              size_t bytes) {
  return with_field(d, a, [=](auto& field) { return set_attribute(&field, value, bytes); });
}
cublasStatus_t cublasLtMatmulDescGetAttribute(cublasLtMatmulDesc_t d,
                                              cublasLtMatmulDescAttributes_t a, void* value,
                                              size_t bytes, size_t* written) {
  return with_field(d, a, [=](auto& f) { return get_attribute(f, value, bytes, written); });
}

// ---- preferences
cublasStatus_t cublasLtMatmulPreferenceInit_internal(cublasLtMatmulPreference_t p, size_t) {
  of(p) = default_preference();
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtMatmulPreferenceCreate(cublasLtMatmulPreference_t* p) {
  *p = new cublasLtMatmulPreferenceOpaque_t{};
  return cublasLtMatmulPreferenceInit_internal(*p, sizeof **p);
}
cublasStatus_t cublasLtMatmulPreferenceDestroy(cublasLtMatmulPreference_t p) {
  delete p;
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtMatmulPreferenceSetAttribute(cublasLtMatmulPreference_t p,
                                                    cublasLtMatmulPreferenceAttributes_t a,
                                                    const void* value, size_t bytes) {
  return with_field(p, a, [=](auto& field) { return set_attribute(&field, value, bytes); });
}
cublasStatus_t cublasLtMatmulPreferenceGetAttribute(cublasLtMatmulPreference_t p,
                                                    cublasLtMatmulPreferenceAttributes_t a,
                                                    void* value, size_t bytes, size_t* written) {
  return with_field(p, a, [=](auto& f) { return get_attribute(f, value, bytes, written); });
}
