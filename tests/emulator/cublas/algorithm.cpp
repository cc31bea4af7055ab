#include "cublas/algorithm.h"

#include <algorithm>
#include <cstring>

#include "cublas/attribute.h"

namespace gpu_emulator::cublas {
namespace {

constexpr uint32_t filled = 0x1ea57a1e;
constexpr uint64_t plain_workspace = 64 * 1024, counter_bytes = 4096;

/// FNV-1a over everything that an algorithm may depend on.
uint32_t problem_of(const Gemm& g) {
  const int64_t facts[] = {g.a.type,           g.d.type,      g.a.rows,      g.a.columns,
                           g.b.rows,           g.b.columns,   g.a.leading,   g.b.leading,
                           g.d.leading,        g.transpose_a, g.transpose_b, g.batch_count,
                           int64_t(g.epilogue)};
  uint32_t hash = 0x811c9dc5u;
  for (int64_t fact : facts)
    for (int i = 0; i < 8; i++) hash = (hash ^ uint32_t(fact >> 8 * i & 255)) * 0x01000193u;
  return hash;
}

uint64_t workspace_of(const Gemm& g, unsigned reduction, int split) {
  const uint64_t elements = uint64_t(g.d.rows * g.d.columns) * uint64_t(g.batch_count * split);
  switch (reduction) {
    case CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE:
      return elements * 4;
    case CUBLASLT_REDUCTION_SCHEME_OUTPUT_TYPE:
      return elements * element_size(g.d.type);
    case CUBLASLT_REDUCTION_SCHEME_INPLACE:
      return counter_bytes;
    default:
      return 0;
  }
}

/// Every matrix of a batch.
bool aligned(const Matrix& m, int batch_count, uint32_t bytes) {
  if (bytes < 2) return true;
  const size_t stride = batch_count > 1 ? size_t(m.batch_stride) * element_size(m.type) : 0;
  return uintptr_t(m.data) % bytes == 0 && stride % bytes == 0;
}

}  // namespace

std::vector<Algorithm> algorithms(const Gemm& g, const Preference& p) {
  const uint32_t problem = problem_of(g);
  std::vector<Algorithm> all;
  const auto offer = [&](int id, int split, unsigned reduction, uint64_t workspace) {
    Algorithm a{filled, problem, id, split, reduction, {}, workspace};
    std::copy(std::begin(p.alignment), std::end(p.alignment), a.alignment);
    const bool allowed =
        reduction == CUBLASLT_REDUCTION_SCHEME_NONE || (p.reduction_schemes & reduction) != 0;
    if (allowed && workspace <= p.max_workspace) all.push_back(a);
  };
  const int64_t k = g.depth();
  const auto offer_split = [&](unsigned reduction, int split) {
    const bool in_place = reduction == CUBLASLT_REDUCTION_SCHEME_INPLACE;
    if (k < 32 || g.scale_is_double) return;
    if (in_place && g.epilogue != CUBLASLT_EPILOGUE_DEFAULT) return;
    offer(2 + int(reduction), split, reduction, workspace_of(g, reduction, split));
  };
  const bool deep = k >= 2 * std::max(g.d.rows, g.d.columns);  // few tiles: split-K comes first
  if (deep) {
    offer_split(CUBLASLT_REDUCTION_SCHEME_INPLACE, 3);
    offer_split(CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE, 4);
    offer_split(CUBLASLT_REDUCTION_SCHEME_OUTPUT_TYPE, 4);
  }
  offer(1, 1, CUBLASLT_REDUCTION_SCHEME_NONE, plain_workspace);
  offer(0, 1, CUBLASLT_REDUCTION_SCHEME_NONE, 0);
  if (!deep) {
    offer_split(CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE, 2);
    offer_split(CUBLASLT_REDUCTION_SCHEME_OUTPUT_TYPE, 2);
    offer_split(CUBLASLT_REDUCTION_SCHEME_INPLACE, 2);
  }
  return all;
}

cublasStatus_t check(const Algorithm& a, const Gemm& g, size_t workspace_bytes) {
  if (a.magic != filled) return CUBLAS_STATUS_INVALID_VALUE;
  if (a.problem != problem_of(g)) return CUBLAS_STATUS_NOT_SUPPORTED;
  if (workspace_bytes < a.workspace) return CUBLAS_STATUS_INVALID_VALUE;
  const Matrix* matrices[] = {&g.a, &g.b, &g.c, &g.d};
  for (int i = 0; i < 4; i++)
    if (!aligned(*matrices[i], g.batch_count, a.alignment[i])) return CUBLAS_STATUS_NOT_SUPPORTED;
  return CUBLAS_STATUS_SUCCESS;
}

}  // namespace gpu_emulator::cublas

using namespace gpu_emulator::cublas;

/// Calls visit(field) for the field that an attribute stands for.
template <class Visit>
static cublasStatus_t with_field(Algorithm& a, cublasLtMatmulAlgoConfigAttributes_t what,
                                 Visit visit) {
  uint32_t unspecified = 0;
  switch (what) {
    case CUBLASLT_ALGO_CONFIG_ID:
      return visit(a.id);
    case CUBLASLT_ALGO_CONFIG_SPLITK_NUM:
      return visit(a.split);
    case CUBLASLT_ALGO_CONFIG_REDUCTION_SCHEME:
      return visit(a.reduction);
    case CUBLASLT_ALGO_CONFIG_TILE_ID:
    case CUBLASLT_ALGO_CONFIG_STAGES_ID:
    case CUBLASLT_ALGO_CONFIG_CTA_SWIZZLING:
    case CUBLASLT_ALGO_CONFIG_CUSTOM_OPTION:
      return visit(unspecified);
    default:
      return CUBLAS_STATUS_NOT_SUPPORTED;
  }
}

cublasStatus_t cublasLtMatmulAlgoConfigGetAttribute(const cublasLtMatmulAlgo_t* algo,
                                                    cublasLtMatmulAlgoConfigAttributes_t what,
                                                    void* value, size_t bytes, size_t* written) {
  if (!algo || of(*algo).magic != filled) return CUBLAS_STATUS_INVALID_VALUE;
  Algorithm a = of(*algo);
  return with_field(a, what, [=](auto& f) { return get_attribute(f, value, bytes, written); });
}

cublasStatus_t cublasLtMatmulAlgoCapGetAttribute(const cublasLtMatmulAlgo_t* algo,
                                                 cublasLtMatmulAlgoCapAttributes_t what,
                                                 void* value, size_t bytes, size_t* written) {
  if (!algo || of(*algo).magic != filled) return CUBLAS_STATUS_INVALID_VALUE;
  const Algorithm& a = of(*algo);
  const int first = CUBLASLT_ALGO_CAP_MIN_ALIGNMENT_A_BYTES;
  if (what >= first && what <= CUBLASLT_ALGO_CAP_MIN_ALIGNMENT_D_BYTES)
    return get_attribute(a.alignment[what - first], value, bytes, written);
  if (what == CUBLASLT_ALGO_CAP_SPLITK_SUPPORT)
    return get_attribute(int32_t(a.split > 1), value, bytes, written);
  if (what == CUBLASLT_ALGO_CAP_REDUCTION_SCHEME_MASK)
    return get_attribute(a.reduction, value, bytes, written);
  return CUBLAS_STATUS_NOT_SUPPORTED;
}
