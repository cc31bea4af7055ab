// A cuBLASLt look-alike: f32, f64, bf16 and f16, batched, with the bias and GELU epilogues. What
// the real library refuses is refused here too (rules.cpp).
#include <cublasLt.h>

#include <algorithm>
#include <initializer_list>

#include "cublas/algorithm.h"
#include "cublas/descriptors.h"
#include "cublas/rules.h"
#include "cudart/engine.h"
#include "runtime/options.h"

namespace gpu_emulator::cublas {
namespace {

Matrix matrix(cublasLtMatrixLayout_t handle, const void* data) {
  const Layout& l = of(handle);
  return {data,
          l.type,
          int64_t(l.rows),
          int64_t(l.columns),
          l.leading,
          l.batch_stride,
          l.order == CUBLASLT_ORDER_ROW};
}

/// The addresses are only known at the product itself, not to the heuristic.
Gemm gemm(const Description& d, cublasLtMatrixLayout_t a, cublasLtMatrixLayout_t b,
          cublasLtMatrixLayout_t c, cublasLtMatrixLayout_t out) {
  Gemm g;
  g.a = matrix(a, nullptr);
  g.b = matrix(b, nullptr);
  g.c = matrix(c, nullptr);
  g.d = matrix(out, nullptr);
  g.transpose_a = d.transpose_a != CUBLAS_OP_N;
  g.transpose_b = d.transpose_b != CUBLAS_OP_N;
  g.batch_count = of(out).batch_count;
  g.epilogue = cublasLtEpilogue_t(d.epilogue);
  g.scale_is_double = d.scale_type == CUDA_R_64F;
  g.scale_on_device = d.pointer_mode == CUBLASLT_POINTER_MODE_DEVICE;
  const auto output = g.d.type;
  g.bias = {d.bias,           d.bias_type < 0 ? output : cudaDataType(d.bias_type),
            int64_t(1) << 40, 1,
            int64_t(1) << 40, d.bias_batch_stride};
  g.aux = {d.aux,         d.aux_type < 0 ? output : cudaDataType(d.aux_type),
           g.d.rows,      g.d.columns,
           d.aux_leading, d.aux_batch_stride};
  return g;
}

/// Mixes numbers into one (the finaliser of splitmix64).
uint64_t mixed(std::initializer_list<uint64_t> numbers) {
  uint64_t state = 0;
  for (const uint64_t number : numbers) {
    state = (state ^ number) + 0x9e3779b97f4a7c15ull;
    state = (state ^ (state >> 30)) * 0xbf58476d1ce4e5b9ull;
    state = (state ^ (state >> 27)) * 0x94d049bb133111ebull;
    state ^= state >> 31;
  }
  return state;
}

/// The same for the same question, whatever the schedule: the real heuristic does not change its
/// mind, either.
uint64_t number_of(const Gemm& g, const Preference& p) {
  return mixed({options().noise, uint64_t(g.d.rows), uint64_t(g.d.columns), uint64_t(g.depth()),
                uint64_t(g.a.type), uint64_t(g.d.type), uint64_t(g.transpose_a),
                uint64_t(g.transpose_b), uint64_t(g.batch_count), uint64_t(g.epilogue),
                p.max_workspace, p.reduction_schemes, p.alignment[0], p.alignment[1],
                p.alignment[2], p.alignment[3]});
}

/// GPU_EMULATOR_SCARCE_ALGORITHMS=1: for a third of the problems nothing, else often less or in
/// another order.
cublasStatus_t make_scarce(uint64_t number, std::vector<Algorithm>* all) {
  const uint64_t kind = number % 6;
  if (kind < 2) all->clear();
  if (kind == 0) return CUBLAS_STATUS_NOT_SUPPORTED;
  if (kind == 2) all->resize(std::min<size_t>(all->size(), 1));
  if (kind == 3 && all->size() > 1) all->erase(all->begin());
  if (kind == 4) std::reverse(all->begin(), all->end());
  return CUBLAS_STATUS_SUCCESS;
}

uint32_t alignment_of(const Matrix& m, int batch_count) {
  uintptr_t all = uintptr_t(m.data) | 256;
  if (batch_count > 1) all |= uintptr_t(m.batch_stride) * element_size(m.type);
  return uint32_t(all & -all);
}

/// Without an algorithm cublasLtMatmul asks the heuristic, with what it sees of the pointers.
cublasStatus_t choose(const Gemm& g, size_t workspace_bytes, Algorithm* algorithm) {
  Preference p = default_preference();
  p.max_workspace = workspace_bytes;
  const Matrix* matrices[] = {&g.a, &g.b, &g.c, &g.d};
  for (int i = 0; i < 4; i++) p.alignment[i] = alignment_of(*matrices[i], g.batch_count);
  const auto all = algorithms(g, p);
  if (all.empty()) return CUBLAS_STATUS_NOT_SUPPORTED;
  *algorithm = all.front();
  return CUBLAS_STATUS_SUCCESS;
}

}  // namespace
}  // namespace gpu_emulator::cublas

using namespace gpu_emulator;
using namespace gpu_emulator::cublas;

cublasStatus_t cublasLtCreate(cublasLtHandle_t* handle) {
  *handle = reinterpret_cast<cublasLtHandle_t>(new char);
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtDestroy(cublasLtHandle_t handle) {
  delete reinterpret_cast<char*>(handle);
  return CUBLAS_STATUS_SUCCESS;
}
size_t cublasLtGetVersion() { return CUBLAS_VERSION; }
size_t cublasLtGetCudartVersion() { return CUDART_VERSION; }
const char* cublasLtGetStatusName(cublasStatus_t s) { return cublasGetStatusName(s); }
const char* cublasLtGetStatusString(cublasStatus_t s) { return cublasGetStatusString(s); }

cublasStatus_t cublasLtMatmulAlgoGetHeuristic(cublasLtHandle_t handle, cublasLtMatmulDesc_t d,
                                              cublasLtMatrixLayout_t a, cublasLtMatrixLayout_t b,
                                              cublasLtMatrixLayout_t c, cublasLtMatrixLayout_t out,
                                              cublasLtMatmulPreference_t preference, int requested,
                                              cublasLtMatmulHeuristicResult_t results[],
                                              int* returned) {
  if (!handle) return CUBLAS_STATUS_NOT_INITIALIZED;
  if (!d || !a || !b || !c || !out || !returned || requested < 1)
    return CUBLAS_STATUS_INVALID_VALUE;
  *returned = 0;
  const Gemm g = gemm(of(d), a, b, c, out);
  if (cublasStatus_t s = check_description(of(d), g, {of(a), of(b), of(c), of(out)})) return s;
  const Preference p = preference ? of(preference) : default_preference();
  auto all = algorithms(g, p);
  if (options().scarce_algorithms)
    if (cublasStatus_t s = make_scarce(number_of(g, p), &all)) return s;
  *returned = int(std::min<size_t>(all.size(), size_t(requested)));
  for (int i = 0; i < *returned; i++) {
    results[i] = {};
    of(results[i].algo) = all[size_t(i)];
    results[i].workspaceSize = all[size_t(i)].workspace;
    results[i].state = CUBLAS_STATUS_SUCCESS;
    results[i].wavesCount = 1;
  }
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmulAlgoCheck(cublasLtHandle_t handle, cublasLtMatmulDesc_t d,
                                       cublasLtMatrixLayout_t a, cublasLtMatrixLayout_t b,
                                       cublasLtMatrixLayout_t c, cublasLtMatrixLayout_t out,
                                       const cublasLtMatmulAlgo_t* algorithm,
                                       cublasLtMatmulHeuristicResult_t* result) {
  if (!handle) return CUBLAS_STATUS_NOT_INITIALIZED;
  if (!algorithm || !result) return CUBLAS_STATUS_INVALID_VALUE;
  const Gemm g = gemm(of(d), a, b, c, out);
  if (cublasStatus_t s = check_description(of(d), g, {of(a), of(b), of(c), of(out)})) return s;
  const Algorithm& chosen = of(*algorithm);
  if (cublasStatus_t s = check(chosen, g, chosen.workspace)) return s;
  *result = {};
  result->algo = *algorithm;
  result->workspaceSize = chosen.workspace;
  result->state = CUBLAS_STATUS_SUCCESS;
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmul(cublasLtHandle_t handle, cublasLtMatmulDesc_t d, const void* alpha,
                              const void* A, cublasLtMatrixLayout_t a, const void* B,
                              cublasLtMatrixLayout_t b, const void* beta, const void* C,
                              cublasLtMatrixLayout_t c, void* D, cublasLtMatrixLayout_t out,
                              const cublasLtMatmulAlgo_t* algorithm, void* workspace,
                              size_t workspace_bytes, cudaStream_t stream) {
  if (!handle) return CUBLAS_STATUS_NOT_INITIALIZED;
  if (!d || !a || !b || !c || !out || !alpha || !beta || !A || !B || !D)
    return CUBLAS_STATUS_INVALID_VALUE;
  Gemm g = gemm(of(d), a, b, c, out);
  g.alpha = alpha;
  g.beta = beta;
  g.a.data = A;
  g.b.data = B;
  g.c.data = C;
  g.d.data = D;
  if (!workspace) workspace_bytes = 0;
  if (cublasStatus_t s = check_description(of(d), g, {of(a), of(b), of(c), of(out)})) return s;
  if (cublasStatus_t s = check_pointers(g, workspace, workspace_bytes)) return s;
  Algorithm chosen;
  if (algorithm)
    chosen = of(*algorithm);
  else if (cublasStatus_t s = choose(g, workspace_bytes, &chosen))
    return s;
  if (cublasStatus_t s = check(chosen, g, workspace_bytes)) return s;
  g.parts = chosen.split;
  g.reduction = chosen.reduction;
  g.workspace = workspace;
  g.workspace_bytes = workspace_bytes;
  g.workspace_used = chosen.workspace;
  return enqueue(g, stream);
}
