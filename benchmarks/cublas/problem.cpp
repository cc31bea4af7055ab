#include "cublas/problem.h"

#include <string>

#include "core/cuda/cuda_context.h"

namespace electra::bench::cublas {

namespace {

constexpr Index workspace_bytes = Index{64} << 20;
constexpr int most_proposals = 32;

void check(cublasStatus_t status, const char* call) {
  if (status == CUBLAS_STATUS_SUCCESS) return;
  throw DeviceError(std::string("cublasLt: ") + call + ": " + cublasLtGetStatusName(status));
}

cudaDataType_t type_of(const ConstTensorView& view) {
  return view.dtype() == DType::bf16 ? CUDA_R_16BF : CUDA_R_32F;
}

/// A row-major matrix is cuBLASLt's column-major one with its extents exchanged.
cublasLtMatrixLayout_t layout_of(const ConstTensorView& view) {
  cublasLtMatrixLayout_t layout = nullptr;
  check(cublasLtMatrixLayoutCreate(&layout, type_of(view), static_cast<std::uint64_t>(view.width()),
                                   static_cast<std::uint64_t>(view.rows()), view.width()),
        "cublasLtMatrixLayoutCreate");
  return layout;
}

}  // namespace

Problem::Problem(const Matmul& kernel)
    : kernel_(kernel),
      bias_({kernel.bias ? kernel.bias.size() : 1}, kernel.c.dtype()),
      workspace_(context(), workspace_bytes) {
  check(cublasLtCreate(&handle_), "cublasLtCreate");
  describe();
  ask();
}

Problem::~Problem() {
  context().synchronize();
  for (cublasLtMatrixLayout_t layout : {a_, b_, c_}) (void)cublasLtMatrixLayoutDestroy(layout);
  (void)cublasLtMatmulDescDestroy(operation_);
  (void)cublasLtDestroy(handle_);
}

// c^T = op(b)^T op(a)^T: the operands trade places.
void Problem::describe() {
  check(cublasLtMatmulDescCreate(&operation_, CUBLAS_COMPUTE_32F, CUDA_R_32F),
        "cublasLtMatmulDescCreate");
  const auto set = [&](cublasLtMatmulDescAttributes_t attribute, const auto& value) {
    check(cublasLtMatmulDescSetAttribute(operation_, attribute, &value, sizeof value),
          "cublasLtMatmulDescSetAttribute");
  };
  const auto order = [](Transpose t) { return t == Transpose::yes ? CUBLAS_OP_T : CUBLAS_OP_N; };
  set(CUBLASLT_MATMUL_DESC_TRANSA, order(kernel_.transpose_b));
  set(CUBLASLT_MATMUL_DESC_TRANSB, order(kernel_.transpose_a));
  if (kernel_.bias) {
    set(CUBLASLT_MATMUL_DESC_EPILOGUE, CUBLASLT_EPILOGUE_BIAS);
    const void* const bias = bias_.view().raw();
    set(CUBLASLT_MATMUL_DESC_BIAS_POINTER, bias);
  }
  a_ = layout_of(kernel_.a);
  b_ = layout_of(kernel_.b);
  c_ = layout_of(kernel_.c);
}

void Problem::ask() {
  cublasLtMatmulPreference_t preference = nullptr;
  check(cublasLtMatmulPreferenceCreate(&preference), "cublasLtMatmulPreferenceCreate");
  const auto bytes = static_cast<std::uint64_t>(workspace_bytes);
  check(cublasLtMatmulPreferenceSetAttribute(preference, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES,
                                             &bytes, sizeof bytes),
        "cublasLtMatmulPreferenceSetAttribute");
  proposals_.resize(most_proposals);
  int found = 0;
  const cublasStatus_t status = cublasLtMatmulAlgoGetHeuristic(
      handle_, operation_, b_, a_, c_, c_, preference, most_proposals, proposals_.data(), &found);
  (void)cublasLtMatmulPreferenceDestroy(preference);
  if (status != CUBLAS_STATUS_NOT_SUPPORTED) check(status, "cublasLtMatmulAlgoGetHeuristic");
  proposals_.resize(static_cast<std::size_t>(found));
}

void Problem::run(std::size_t proposal) const {
  const float one = 1;
  const float beta = kernel_.write == Write::add ? 1 : 0;
  check(cublasLtMatmul(handle_, operation_, &one, kernel_.b.raw(), b_, kernel_.a.raw(), a_, &beta,
                       kernel_.c.raw(), c_, kernel_.c.raw(), c_, &proposals_[proposal].algo,
                       workspace_.data(), static_cast<std::size_t>(workspace_bytes),
                       static_cast<CudaContext&>(context()).stream()),
        "cublasLtMatmul");
}

}  // namespace electra::bench::cublas
