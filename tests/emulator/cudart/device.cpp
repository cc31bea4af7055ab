// Devices, their properties and peer access.
#include <cuda_profiler_api.h>
#include <cuda_runtime_api.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "cudart/device_heap.h"
#include "cudart/engine.h"
#include "runtime/kernel.h"
#include "runtime/options.h"

namespace gpu_emulator::cudart {

static thread_local int device = 0;
int current_device() { return device; }

static bool valid(int d) { return d >= 0 && d < options().devices; }

/// CUDA C++ Programming Guide, technical specifications by compute capability.
uint32_t shared_bytes_of_multiprocessor() {
  switch (options().compute_capability) {
    case 75:
      return 64 * 1024;
    case 80:
    case 87:
      return 164 * 1024;
    case 86:
    case 89:
    case 120:
    case 121:
      return 100 * 1024;
    default:
      return shared_limit + 1024;
  }
}

/// A block's part of it, with opt-in: the system keeps 1 KiB, but for 7.5.
uint32_t shared_bytes_of_block() {
  const uint32_t all = shared_bytes_of_multiprocessor();
  return options().compute_capability == 75 ? all : all - 1024;
}

static cudaError_t attribute(int* value, cudaDeviceAttr a) {
  switch (a) {
    case cudaDevAttrMaxThreadsPerBlock:
    case cudaDevAttrMaxBlockDimX:
    case cudaDevAttrMaxBlockDimY:
      *value = 1024;
      break;
    case cudaDevAttrMaxBlockDimZ:
      *value = 64;
      break;
    case cudaDevAttrMaxGridDimX:
      *value = 0x7fffffff;
      break;
    case cudaDevAttrMaxGridDimY:
    case cudaDevAttrMaxGridDimZ:
      *value = 65535;
      break;
    case cudaDevAttrMaxSharedMemoryPerBlock:
      *value = 48 * 1024;
      break;
    case cudaDevAttrMaxSharedMemoryPerBlockOptin:
      *value = int(shared_bytes_of_block());
      break;
    case cudaDevAttrMaxSharedMemoryPerMultiprocessor:
      *value = int(shared_bytes_of_multiprocessor());
      break;
    case cudaDevAttrReservedSharedMemoryPerBlock:
      *value = 1024;
      break;
    case cudaDevAttrTotalConstantMemory:
      *value = 64 * 1024;
      break;
    case cudaDevAttrWarpSize:
      *value = 32;
      break;
    case cudaDevAttrMaxRegistersPerBlock:
    case cudaDevAttrMaxRegistersPerMultiprocessor:
      *value = 65536;
      break;
    case cudaDevAttrMultiProcessorCount:
      *value = 132;
      break;
    case cudaDevAttrMaxThreadsPerMultiProcessor:
      *value = 2048;
      break;
    case cudaDevAttrMaxBlocksPerMultiprocessor:
      *value = 32;
      break;
    case cudaDevAttrComputeCapabilityMajor:
      *value = options().compute_capability / 10;
      break;
    case cudaDevAttrComputeCapabilityMinor:
      *value = options().compute_capability % 10;
      break;
    case cudaDevAttrClockRate:
      *value = 1'000'000;
      break;
    case cudaDevAttrMemoryClockRate:
      *value = 1'000'000;
      break;
    case cudaDevAttrGlobalMemoryBusWidth:
      *value = 5120;
      break;
    case cudaDevAttrL2CacheSize:
      *value = 50 << 20;
      break;
    case cudaDevAttrUnifiedAddressing:
    case cudaDevAttrConcurrentKernels:
    case cudaDevAttrAsyncEngineCount:
    case cudaDevAttrStreamPrioritiesSupported:
    case cudaDevAttrMemoryPoolsSupported:
    case cudaDevAttrCanMapHostMemory:
      *value = 1;
      break;
    case cudaDevAttrCooperativeLaunch:
    default:
      *value = 0;
  }
  return cudaSuccess;
}

static int get(cudaDeviceAttr a) {
  int v = 0;
  attribute(&v, a);
  return v;
}

}  // namespace gpu_emulator::cudart

using namespace gpu_emulator;
using namespace gpu_emulator::cudart;

/// As a driver that is older than the toolkit answers: to every question.
static bool driver_is_too_old() {
  return options().driver_version && options().driver_version / 1000 < CUDART_VERSION / 1000;
}

cudaError_t cudaGetDeviceCount(int* count) {
  *count = 0;
  if (driver_is_too_old()) return record(cudaErrorInsufficientDriver);
  *count = options().devices;
  return options().devices ? cudaSuccess : record(cudaErrorNoDevice);
}

cudaError_t cudaSetDevice(int d) {
  if (driver_is_too_old()) return record(cudaErrorInsufficientDriver);
  if (!valid(d)) return record(cudaErrorInvalidDevice);
  device = d;
  return cudaSuccess;
}

cudaError_t cudaGetDevice(int* d) {
  *d = device;
  return cudaSuccess;
}

cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr a, int d) {
  return record(valid(d) ? attribute(value, a) : cudaErrorInvalidDevice);
}

cudaError_t cudaGetDeviceProperties(cudaDeviceProp* p, int d) {
  if (!valid(d)) return record(cudaErrorInvalidDevice);
  std::memset(p, 0, sizeof *p);
  std::snprintf(p->name, sizeof p->name, "GPU emulator");
  p->totalGlobalMem = options().device_memory;
  p->sharedMemPerBlock = 48 * 1024;
  p->sharedMemPerBlockOptin = shared_bytes_of_block();
  p->sharedMemPerMultiprocessor = shared_bytes_of_multiprocessor();
  p->reservedSharedMemPerBlock = 1024;
  p->regsPerBlock = p->regsPerMultiprocessor = 65536;
  p->warpSize = 32;
  p->maxThreadsPerBlock = 1024;
  p->maxThreadsDim[0] = p->maxThreadsDim[1] = 1024;
  p->maxThreadsDim[2] = 64;
  p->maxGridSize[0] = 0x7fffffff;
  p->maxGridSize[1] = p->maxGridSize[2] = 65535;
  p->totalConstMem = 64 * 1024;
  p->major = options().compute_capability / 10;
  p->minor = options().compute_capability % 10;
  p->multiProcessorCount = get(cudaDevAttrMultiProcessorCount);
  p->maxThreadsPerMultiProcessor = 2048;
  p->maxBlocksPerMultiProcessor = 32;
  p->l2CacheSize = get(cudaDevAttrL2CacheSize);
  p->memoryBusWidth = 5120;
  p->unifiedAddressing = p->concurrentKernels = p->asyncEngineCount = 1;
  p->canMapHostMemory = p->streamPrioritiesSupported = p->memoryPoolsSupported = 1;
  p->pciBusID = d + 1;
  p->uuid.bytes[0] = char(d + 1);
  return cudaSuccess;
}

cudaError_t cudaDeviceGetPCIBusId(char* id, int length, int d) {
  if (!valid(d)) return record(cudaErrorInvalidDevice);
  std::snprintf(id, size_t(length), "0000:%02x:00.0", d + 1);
  return cudaSuccess;
}

cudaError_t cudaDeviceSynchronize() {
  Lock lock;
  if (cudaError_t e = forbid_during_any_capture()) return record(e);
  cudaError_t e = synchronise_device(lock, device);
  Allocation a;
  if (!e && heap_overrun(device, &a)) {
    std::fprintf(stderr, "gpu_emulator: a kernel wrote past the end of the %zu bytes at %p\n",
                 a.bytes, reinterpret_cast<void*>(a.address));
    set_device_error(device, e = cudaErrorIllegalAddress);
  }
  return record(e);
}

cudaError_t cudaDeviceReset() {  // clears the sticky error; memory and streams stay
  Lock lock;
  synchronise_device(lock, device);
  set_device_error(device, cudaSuccess);
  return cudaSuccess;
}

cudaError_t cudaDeviceGetStreamPriorityRange(int* least, int* greatest) {
  if (least) *least = 0;
  if (greatest) *greatest = -5;
  return cudaSuccess;
}
cudaError_t cudaDeviceSetLimit(cudaLimit, size_t) { return cudaSuccess; }
cudaError_t cudaDeviceGetLimit(size_t* value, cudaLimit) {
  *value = 0;
  return cudaSuccess;
}
cudaError_t cudaSetDeviceFlags(unsigned) { return cudaSuccess; }
cudaError_t cudaDeviceSetCacheConfig(cudaFuncCache) { return cudaSuccess; }
cudaError_t cudaDriverGetVersion(int* v) {
  *v = options().driver_version ? options().driver_version : CUDART_VERSION;
  return cudaSuccess;
}
cudaError_t cudaRuntimeGetVersion(int* v) {
  *v = CUDART_VERSION;
  return cudaSuccess;
}
cudaError_t cudaProfilerStart() { return cudaSuccess; }
cudaError_t cudaProfilerStop() { return cudaSuccess; }

cudaError_t cudaDeviceCanAccessPeer(int* can, int d, int peer) {
  if (!valid(d) || !valid(peer)) return record(cudaErrorInvalidDevice);
  *can = d != peer;
  return cudaSuccess;
}

cudaError_t cudaDeviceEnablePeerAccess(int peer, unsigned flags) {
  Lock lock;
  if (!valid(peer) || peer == device) return record(cudaErrorInvalidDevice);
  if (flags) return record(cudaErrorInvalidValue);
  if (peer_access(device, peer)) return record(cudaErrorPeerAccessAlreadyEnabled);
  set_peer_access(device, peer, true);
  return cudaSuccess;
}

cudaError_t cudaDeviceDisablePeerAccess(int peer) {
  Lock lock;
  if (!valid(peer)) return record(cudaErrorInvalidDevice);
  if (!peer_access(device, peer)) return record(cudaErrorPeerAccessNotEnabled);
  set_peer_access(device, peer, false);
  return cudaSuccess;
}
