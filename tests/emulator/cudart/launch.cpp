// Kernel launches, function attributes and occupancy.
#include <cuda_runtime_api.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <vector>

#include "cudart/engine.h"
#include "cudart/registry.h"

namespace gpu_emulator::cudart {
namespace {

cudaError_t check(const RegisteredKernel& k, dim3 grid, dim3 block, size_t dynamic_shared) {
  const uint64_t threads = uint64_t(block.x) * block.y * block.z;
  if (!grid.x || !grid.y || !grid.z || grid.x > 0x7fffffffu || grid.y > 65535 || grid.z > 65535)
    return cudaErrorInvalidConfiguration;
  if (!threads || threads > 1024 || block.x > 1024 || block.y > 1024 || block.z > 64)
    return cudaErrorInvalidConfiguration;
  if (threads > k.kernel->max_threads) return cudaErrorLaunchOutOfResources;  // __launch_bounds__
  if (dynamic_shared > size_t(k.max_dynamic_shared) ||
      dynamic_shared + k.kernel->static_shared_bytes > shared_bytes_of_block())
    return cudaErrorInvalidValue;
  if (k.max_dynamic_shared == 48 * 1024 &&
      dynamic_shared + k.kernel->static_shared_bytes > 48 * 1024)
    return cudaErrorInvalidValue;
  return cudaSuccess;
}

cudaError_t launch(const RegisteredKernel* k, dim3 grid, dim3 block, void** arguments,
                   size_t dynamic_shared, cudaStream_t stream) {
  Lock lock;
  if (!k) return record(cudaErrorInvalidDeviceFunction);
  if (resolve(stream).device != current_device()) return record(cudaErrorInvalidResourceHandle);
  if (cudaError_t e = check(*k, grid, block, dynamic_shared)) return record(e);
  const Kernel& kernel = *k->kernel;
  std::vector<unsigned char> parameters(kernel.parameter_bytes + 1);
  for (int i = 0; i < kernel.parameter_count; i++)
    std::memcpy(parameters.data() + kernel.parameters[i].offset, arguments[i],
                kernel.parameters[i].bytes);
  const auto run = [=, &kernel, parameters = std::move(parameters)]() -> cudaError_t {
    const LaunchResult r = run_grid(kernel, parameters.data(), {grid.x, grid.y, grid.z},
                                    {block.x, block.y, block.z}, unsigned(dynamic_shared));
    if (r.fault != Fault::none)
      std::fprintf(stderr, "gpu_emulator: kernel %s: %s\n", kernel.name, r.message.c_str());
    return cudaError_t(r.fault);
  };
  return record(submit(stream, {.run = run, .ready = {}, .type = cudaGraphNodeTypeKernel}));
}

struct PendingCall {  // between <<<...>>> and the call of the stub
  dim3 grid, block;
  size_t shared;
  cudaStream_t stream;
};
thread_local std::vector<PendingCall> pending_calls;

int blocks_per_multiprocessor(const RegisteredKernel& k, int threads, size_t dynamic_shared) {
  if (threads < 1 || threads > int(k.kernel->max_threads)) return 0;
  const int rounded = (threads + 31) / 32 * 32;
  const size_t shared = dynamic_shared + k.kernel->static_shared_bytes + 1024;
  const int by_shared = int(shared_bytes_of_multiprocessor() / shared);
  return std::min({2048 / rounded, by_shared, 32});
}

}  // namespace
}  // namespace gpu_emulator::cudart

using namespace gpu_emulator;
using namespace gpu_emulator::cudart;

extern "C" {

unsigned __cudaPushCallConfiguration(dim3 grid, dim3 block, size_t shared, cudaStream_t stream) {
  pending_calls.push_back({grid, block, shared, stream});
  return 0;
}

cudaError_t __cudaPopCallConfiguration(dim3* grid, dim3* block, size_t* shared, void* stream) {
  const PendingCall call = pending_calls.back();
  pending_calls.pop_back();
  *grid = call.grid;
  *block = call.block;
  *shared = call.shared;
  std::memcpy(stream, &call.stream, sizeof call.stream);
  return cudaSuccess;
}

cudaError_t __cudaGetKernel(cudaKernel_t* kernel, const void* function) {
  Lock lock;
  *kernel = reinterpret_cast<cudaKernel_t>(find_kernel(function));
  return *kernel ? cudaSuccess : record(cudaErrorInvalidDeviceFunction);
}

cudaError_t __cudaLaunchKernel(cudaKernel_t kernel, dim3 grid, dim3 block, void** arguments,
                               size_t shared, cudaStream_t stream) {
  return launch(reinterpret_cast<RegisteredKernel*>(kernel), grid, block, arguments, shared,
                stream);
}

}  // extern "C"

static RegisteredKernel* lookup(const void* function) {
  Lock lock;
  if (RegisteredKernel* k = find_kernel(function)) return k;
  return nullptr;
}

cudaError_t cudaLaunchKernel(const void* function, dim3 grid, dim3 block, void** arguments,
                             size_t shared, cudaStream_t stream) {
  return launch(lookup(function), grid, block, arguments, shared, stream);
}

cudaError_t cudaLaunchKernelExC(const cudaLaunchConfig_t* c, const void* function,
                                void** arguments) {
  for (unsigned i = 0; i < c->numAttrs; i++) {
    const cudaLaunchAttribute& a = c->attrs[i];
    if (a.id == cudaLaunchAttributeCooperative && a.val.cooperative)
      return record(cudaErrorNotSupported);
    if (a.id == cudaLaunchAttributeClusterDimension &&
        a.val.clusterDim.x * a.val.clusterDim.y * a.val.clusterDim.z > 1)
      return record(cudaErrorNotSupported);
  }
  return launch(lookup(function), c->gridDim, c->blockDim, arguments, c->dynamicSmemBytes,
                c->stream);
}

/// Needs all blocks at once; the emulator runs one after the other.
cudaError_t cudaLaunchCooperativeKernel(const void*, dim3, dim3, void**, size_t, cudaStream_t) {
  return record(cudaErrorNotSupported);
}

cudaError_t cudaFuncSetAttribute(const void* function, cudaFuncAttribute attribute, int value) {
  RegisteredKernel* k = lookup(function);
  if (!k) return record(cudaErrorInvalidDeviceFunction);
  if (attribute != cudaFuncAttributeMaxDynamicSharedMemorySize) return cudaSuccess;
  if (value < 0 || uint32_t(value) + k->kernel->static_shared_bytes > shared_bytes_of_block())
    return record(cudaErrorInvalidValue);
  k->max_dynamic_shared = value;
  return cudaSuccess;
}

cudaError_t cudaFuncGetAttributes(cudaFuncAttributes* a, const void* function) {
  const RegisteredKernel* k = lookup(function);
  if (!k) return record(cudaErrorInvalidDeviceFunction);
  *a = {};
  a->localSizeBytes = k->kernel->local_bytes;
  a->sharedSizeBytes = k->kernel->static_shared_bytes;
  a->maxThreadsPerBlock = int(k->kernel->max_threads);
  a->maxDynamicSharedSizeBytes = k->max_dynamic_shared;
  a->numRegs = 32;  // unknown: registers are assigned by ptxas
  a->ptxVersion = a->binaryVersion = 80;
  return cudaSuccess;
}

cudaError_t cudaFuncSetCacheConfig(const void*, cudaFuncCache) { return cudaSuccess; }

cudaError_t cudaFuncGetName(const char** name, const void* function) {
  const RegisteredKernel* k = lookup(function);
  if (!k) return record(cudaErrorInvalidDeviceFunction);
  *name = k->kernel->name;
  return cudaSuccess;
}

/// Without register counts this is an upper bound.
cudaError_t cudaOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(int* blocks,
                                                                   const void* function,
                                                                   int threads, size_t shared,
                                                                   unsigned) {
  const RegisteredKernel* k = lookup(function);
  if (!k) return record(cudaErrorInvalidDeviceFunction);
  *blocks = blocks_per_multiprocessor(*k, threads, shared);
  return cudaSuccess;
}
cudaError_t cudaOccupancyMaxActiveBlocksPerMultiprocessor(int* blocks, const void* function,
                                                          int threads, size_t shared) {
  return cudaOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(blocks, function, threads, shared,
                                                                0);
}
