// What cuBLASLt accepts, after the comments of cublasLt.h and the tables of its manual. Where the
// real library is said to be unable in some versions, this one always refuses.
#pragma once
#include <array>

#include "cublas/descriptors.h"
#include "cublas/gemm.h"

namespace gpu_emulator::cublas {

/// Everything that does not depend on the addresses of matrices; layouts in the order A, B, C, D.
cublasStatus_t check_description(const Description& description, const Gemm& gemm,
                                 const std::array<Layout, 4>& layouts);

/// Addresses: given where they are needed, aligned, and a workspace that is device memory.
cublasStatus_t check_pointers(const Gemm& gemm, const void* workspace, size_t workspace_bytes);

}  // namespace gpu_emulator::cublas
