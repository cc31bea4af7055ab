// The algorithms that the look-alike heuristic offers: one plain, one that wants a workspace, and
// split-K with each reduction scheme.
#pragma once
#include <vector>

#include "cublas/descriptors.h"
#include "cublas/gemm.h"

namespace gpu_emulator::cublas {

/// What cublasLtMatmulAlgo_t holds here.
struct Algorithm {
  uint32_t magic;    // tells it from memory that no heuristic has filled
  uint32_t problem;  // hash of the types, extents and epilogue that it was made for
  int32_t id, split;
  uint32_t reduction;
  uint32_t alignment[4];  // bytes that A, B, C and D must have
  uint64_t workspace;
};
static_assert(sizeof(Algorithm) <= sizeof(cublasLtMatmulAlgo_t));

inline Algorithm& of(cublasLtMatmulAlgo_t& a) { return reinterpret_cast<Algorithm&>(a); }
inline const Algorithm& of(const cublasLtMatmulAlgo_t& a) {
  return reinterpret_cast<const Algorithm&>(a);
}

/// In the order in which the heuristic would give them; empty if nothing fits the preference.
std::vector<Algorithm> algorithms(const Gemm& gemm, const Preference& preference);

/// Whether the algorithm may run this product with these pointers and this workspace.
cublasStatus_t check(const Algorithm& algorithm, const Gemm& gemm, size_t workspace_bytes);

}  // namespace gpu_emulator::cublas
