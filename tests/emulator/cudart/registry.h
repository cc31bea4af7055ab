// Kernels and variables as the nvcc-compiled host objects register them.
#pragma once
#include <cuda_runtime_api.h>

#include "runtime/kernel.h"

namespace gpu_emulator::cudart {

struct RegisteredKernel {
  const Kernel* kernel = nullptr;
  int max_dynamic_shared = 48 * 1024;  // the opt-in, cudaFuncSetAttribute
};

RegisteredKernel* find_kernel(const void* host_function);
const Variable* find_variable(const void* host_symbol);
const Variable* find_variable_at(const void* address);  // that covers a device address

}  // namespace gpu_emulator::cudart
