// Allocation of device and host memory.
#include "cudart/memory.h"

#include <cuda_runtime_api.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>

#include "cudart/device_heap.h"
#include "cudart/engine.h"
#include "runtime/kernel.h"
#include "runtime/options.h"

namespace gpu_emulator::cudart {

struct HostRange {
  size_t bytes;
  unsigned flags;
  bool allocated, managed;
};

static std::map<uintptr_t, HostRange>& host_ranges() {
  static auto* ranges = new std::map<uintptr_t, HostRange>;
  return *ranges;
}

static const HostRange* find_host(const void* p) {
  auto i = host_ranges().upper_bound(uintptr_t(p));
  if (i == host_ranges().begin()) return nullptr;
  --i;
  return uintptr_t(p) < i->first + i->second.bytes ? &i->second : nullptr;
}

bool is_pinned(const void* p) { return find_host(p) != nullptr; }

static cudaError_t allocate(void** p, size_t bytes) {
  *p = nullptr;
  if (bytes == 0) return cudaSuccess;
  *p = heap_allocate(current_device(), bytes);
  return *p ? cudaSuccess : cudaErrorMemoryAllocation;
}

static cudaError_t release(void* p) {
  switch (heap_free(p)) {
    case FreeResult::freed:
      return cudaSuccess;
    case FreeResult::unknown_pointer:
      return cudaErrorInvalidValue;
    case FreeResult::overrun:
      break;
  }
  std::fprintf(stderr, "gpu_emulator: a kernel wrote past the end of the memory at %p\n", p);
  set_device_error(current_device(), cudaErrorIllegalAddress);
  return cudaErrorIllegalAddress;
}

static cudaError_t allocate_host(void** p, size_t bytes, unsigned flags, bool managed) {
  *p = nullptr;
  if (bytes == 0) return cudaSuccess;
  if (!managed && bytes > options().pinned_memory - statistics.pinned_bytes)
    return cudaErrorMemoryAllocation;
  // No rounding up: AddressSanitizer then knows the exact end.
  if (posix_memalign(p, 4096, bytes)) return cudaErrorMemoryAllocation;
  std::memset(*p, 0xff, bytes);
  host_ranges()[uintptr_t(*p)] = {bytes, flags, true, managed};
  if (!managed) statistics.pinned_bytes += bytes;
  return cudaSuccess;
}

static cudaError_t free_host(void* p) {
  const auto i = host_ranges().find(uintptr_t(p));
  if (i == host_ranges().end() || !i->second.allocated) return cudaErrorInvalidValue;
  if (!i->second.managed) statistics.pinned_bytes -= i->second.bytes;
  host_ranges().erase(i);
  std::free(p);
  return cudaSuccess;
}

}  // namespace gpu_emulator::cudart

using namespace gpu_emulator;
using namespace gpu_emulator::cudart;

cudaError_t cudaMalloc(void** p, size_t bytes) {
  Lock lock;
  if (!p) return record(cudaErrorInvalidValue);
  if (cudaError_t e = forbid_during_any_capture()) return record(e);
  if (cudaError_t e = device_error(current_device())) return record(e);
  return record(allocate(p, bytes));
}

cudaError_t cudaFree(void* p) {
  Lock lock;
  if (cudaError_t e = forbid_during_any_capture()) return record(e);
  if (cudaError_t e = synchronise_device(lock, current_device())) return record(e);
  if (!p) return cudaSuccess;
  if (const HostRange* h = find_host(p); h && h->managed) return record(free_host(p));
  return record(release(p));
}

cudaError_t cudaMallocAsync(void** p, size_t bytes, cudaStream_t stream) {
  Lock lock;
  if (resolve(stream).capture) return record(cudaErrorStreamCaptureUnsupported);
  return record(allocate(p, bytes));
}

cudaError_t cudaFreeAsync(void* p, cudaStream_t stream) {
  Lock lock;
  if (!p) return cudaSuccess;
  return record(submit(stream, {.run = [p] { return release(p); }, .ready = {}}));
}

cudaError_t cudaMallocManaged(void** p, size_t bytes, unsigned) {
  Lock lock;
  return record(allocate_host(p, bytes, 0, true));
}

cudaError_t cudaMallocPitch(void** p, size_t* pitch, size_t width, size_t height) {
  *pitch = (width + 511) / 512 * 512;
  return cudaMalloc(p, *pitch * height);
}

cudaError_t cudaHostAlloc(void** p, size_t bytes, unsigned flags) {
  Lock lock;
  return record(allocate_host(p, bytes, flags, false));
}

cudaError_t cudaMallocHost(void** p, size_t bytes) { return cudaHostAlloc(p, bytes, 0); }

cudaError_t cudaFreeHost(void* p) {
  Lock lock;
  if (!p) return cudaSuccess;
  if (cudaError_t e = synchronise_device(lock, current_device())) return record(e);
  return record(free_host(p));
}

cudaError_t cudaHostRegister(void* p, size_t bytes, unsigned flags) {
  Lock lock;
  if (!p || !bytes) return record(cudaErrorInvalidValue);
  if (find_host(p)) return record(cudaErrorHostMemoryAlreadyRegistered);
  host_ranges()[uintptr_t(p)] = {bytes, flags, false, false};
  return cudaSuccess;
}

cudaError_t cudaHostUnregister(void* p) {
  Lock lock;
  const auto i = host_ranges().find(uintptr_t(p));
  if (i == host_ranges().end() || i->second.allocated)
    return record(cudaErrorHostMemoryNotRegistered);
  host_ranges().erase(i);
  return cudaSuccess;
}

cudaError_t cudaHostGetDevicePointer(void** device, void* host, unsigned) {
  Lock lock;
  *device = host;
  return record(find_host(host) ? cudaSuccess : cudaErrorInvalidValue);
}

cudaError_t cudaMemGetInfo(size_t* free, size_t* total) {
  Lock lock;
  *total = options().device_memory;
  *free = *total - heap_used(current_device());
  return cudaSuccess;
}

cudaError_t cudaPointerGetAttributes(cudaPointerAttributes* a, const void* p) {
  Lock lock;
  *a = {};
  Allocation found;
  if (heap_find(p, &found)) {
    a->type = cudaMemoryTypeDevice;
    a->device = found.device;
    a->devicePointer = const_cast<void*>(p);
  } else if (const HostRange* h = find_host(p)) {
    a->type = h->managed ? cudaMemoryTypeManaged : cudaMemoryTypeHost;
    a->device = current_device();
    a->devicePointer = a->hostPointer = const_cast<void*>(p);
  } else {
    a->type = cudaMemoryTypeUnregistered;
    a->device = -2;
    a->hostPointer = const_cast<void*>(p);
  }
  return cudaSuccess;
}

// ---- pools: one default pool per device, which keeps nothing back
cudaError_t cudaDeviceGetDefaultMemPool(cudaMemPool_t* pool, int device) {
  *pool = reinterpret_cast<cudaMemPool_t>(uintptr_t(device) + 1);
  return cudaSuccess;
}
cudaError_t cudaDeviceGetMemPool(cudaMemPool_t* pool, int device) {
  return cudaDeviceGetDefaultMemPool(pool, device);
}
cudaError_t cudaMemPoolSetAttribute(cudaMemPool_t, cudaMemPoolAttr, void*) { return cudaSuccess; }
cudaError_t cudaMemPoolTrimTo(cudaMemPool_t, size_t) { return cudaSuccess; }
