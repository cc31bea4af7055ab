// memcpy and memset in all their forms.
#include <cuda_runtime_api.h>

#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

#include "cudart/device_heap.h"
#include "cudart/engine.h"
#include "cudart/memory.h"
#include "cudart/registry.h"

namespace gpu_emulator::cudart {
namespace {

bool is_device(const void* p) {
  Allocation a;
  return heap_find(p, &a) || find_variable_at(p);
}

/// A device range must lie within one allocation (or variable).
bool valid_device_range(const void* p, size_t bytes) {
  Allocation a;
  if (heap_find(p, &a)) return uintptr_t(p) + bytes <= a.address + a.bytes;
  const Variable* v = find_variable_at(p);
  return v && uintptr_t(p) + bytes <= uintptr_t(v->address) + v->bytes;
}

int device_of(const void* p) {
  Allocation a;
  return heap_find(p, &a) ? a.device : current_device();
}

struct Copy {
  void* to;
  size_t to_pitch;
  const void* from;
  size_t from_pitch, width, height;
  size_t to_span() const { return height ? (height - 1) * to_pitch + width : 0; }
  size_t from_span() const { return height ? (height - 1) * from_pitch + width : 0; }
};

cudaError_t check(const Copy& c, cudaMemcpyKind kind, bool* to_device, bool* from_device) {
  if (!c.to || !c.from || c.to_pitch < c.width || c.from_pitch < c.width)
    return cudaErrorInvalidValue;
  *to_device = is_device(c.to);
  *from_device = is_device(c.from);
  const bool to = kind == cudaMemcpyHostToDevice || kind == cudaMemcpyDeviceToDevice;
  const bool from = kind == cudaMemcpyDeviceToHost || kind == cudaMemcpyDeviceToDevice;
  // Pinned and managed memory counts as either side, as unified addressing allows.
  if (kind != cudaMemcpyDefault &&
      ((to != *to_device && !is_pinned(c.to)) || (from != *from_device && !is_pinned(c.from))))
    return cudaErrorInvalidValue;
  if ((*to_device && !valid_device_range(c.to, c.to_span())) ||
      (*from_device && !valid_device_range(c.from, c.from_span())))
    return cudaErrorInvalidValue;
  return cudaSuccess;
}

void run(const Copy& c) {
  DeviceMemoryAccess to(device_of(c.to)), from(device_of(c.from));
  for (size_t row = 0; row < c.height; row++)
    std::memmove(static_cast<char*>(c.to) + row * c.to_pitch,
                 static_cast<const char*>(c.from) + row * c.from_pitch, c.width);
}

/// `synchronous` calls return when the copy is done. The others follow the runtime's rules: from
/// pageable host memory the source is taken at once, to pageable memory the call waits, and only
/// pinned memory is touched later.
cudaError_t copy(Copy c, cudaMemcpyKind kind, cudaStream_t stream, bool synchronous) {
  Lock lock;
  if (c.width == 0 || c.height == 0) return cudaSuccess;
  bool to_device, from_device;
  if (cudaError_t e = check(c, kind, &to_device, &from_device)) return record(e);
  if (synchronous)
    if (cudaError_t e = forbid_during_capture(stream)) return record(e);
  const bool capturing = resolve(stream).capture != nullptr;
  const bool pageable_target = !to_device && !is_pinned(c.to);
  std::shared_ptr<std::vector<char>> staged;
  if (!from_device && !is_pinned(c.from) && !capturing) {
    const auto* p = static_cast<const char*>(c.from);
    staged = std::make_shared<std::vector<char>>(p, p + c.from_span());
    c.from = staged->data();
  }
  const cudaError_t e = submit(stream, {.run =
                                            [c, staged] {
                                              run(c);
                                              return cudaSuccess;
                                            },
                                        .ready = {},
                                        .type = cudaGraphNodeTypeMemcpy});
  if (e || capturing) return record(e);
  const bool wait = synchronous ? true : pageable_target;
  return record(wait ? synchronise(lock, resolve(stream)) : cudaSuccess);
}

cudaError_t set(void* p, size_t pitch, int value, size_t width, size_t height, cudaStream_t stream,
                bool synchronous) {
  Lock lock;
  if (width == 0 || height == 0) return cudaSuccess;
  const size_t span = (height - 1) * pitch + width;
  const bool device = is_device(p);
  if (device ? !valid_device_range(p, span) : !is_pinned(p)) return record(cudaErrorInvalidValue);
  if (synchronous)
    if (cudaError_t e = forbid_during_capture(stream)) return record(e);
  const auto run = [=] {
    DeviceMemoryAccess access(device_of(p));
    for (size_t row = 0; row < height; row++)
      std::memset(static_cast<char*>(p) + row * pitch, value, width);
    return cudaSuccess;
  };
  return record(submit(stream, {.run = run, .ready = {}, .type = cudaGraphNodeTypeMemset}));
}

cudaError_t symbol_address(const void* symbol, size_t offset, size_t bytes, void** address) {
  const Variable* v = find_variable(symbol);
  if (!v) return cudaErrorInvalidSymbol;
  if (offset + bytes > v->bytes) return cudaErrorInvalidValue;
  *address = static_cast<char*>(v->address) + offset;
  return cudaSuccess;
}

}  // namespace
}  // namespace gpu_emulator::cudart

using namespace gpu_emulator;
using namespace gpu_emulator::cudart;

cudaError_t cudaMemcpy(void* to, const void* from, size_t n, cudaMemcpyKind kind) {
  return copy({to, n, from, n, n, 1}, kind, nullptr, true);
}
cudaError_t cudaMemcpyAsync(void* to, const void* from, size_t n, cudaMemcpyKind kind,
                            cudaStream_t stream) {
  return copy({to, n, from, n, n, 1}, kind, stream, false);
}
cudaError_t cudaMemcpy2D(void* to, size_t to_pitch, const void* from, size_t from_pitch,
                         size_t width, size_t height, cudaMemcpyKind kind) {
  return copy({to, to_pitch, from, from_pitch, width, height}, kind, nullptr, true);
}
cudaError_t cudaMemcpy2DAsync(void* to, size_t to_pitch, const void* from, size_t from_pitch,
                              size_t width, size_t height, cudaMemcpyKind kind,
                              cudaStream_t stream) {
  return copy({to, to_pitch, from, from_pitch, width, height}, kind, stream, false);
}
cudaError_t cudaMemcpyPeerAsync(void* to, int, const void* from, int, size_t n,
                                cudaStream_t stream) {
  return copy({to, n, from, n, n, 1}, cudaMemcpyDeviceToDevice, stream, false);
}
cudaError_t cudaMemcpyPeer(void* to, int, const void* from, int, size_t n) {
  return copy({to, n, from, n, n, 1}, cudaMemcpyDeviceToDevice, nullptr, true);
}

cudaError_t cudaMemset(void* p, int value, size_t n) {
  return set(p, n, value, n, 1, nullptr, true);
}
cudaError_t cudaMemsetAsync(void* p, int value, size_t n, cudaStream_t stream) {
  return set(p, n, value, n, 1, stream, false);
}
cudaError_t cudaMemset2D(void* p, size_t pitch, int value, size_t width, size_t height) {
  return set(p, pitch, value, width, height, nullptr, true);
}
cudaError_t cudaMemset2DAsync(void* p, size_t pitch, int value, size_t width, size_t height,
                              cudaStream_t stream) {
  return set(p, pitch, value, width, height, stream, false);
}

cudaError_t cudaGetSymbolAddress(void** address, const void* symbol) {
  Lock lock;
  return record(symbol_address(symbol, 0, 0, address));
}
cudaError_t cudaGetSymbolSize(size_t* size, const void* symbol) {
  Lock lock;
  const Variable* v = find_variable(symbol);
  if (v) *size = v->bytes;
  return record(v ? cudaSuccess : cudaErrorInvalidSymbol);
}
cudaError_t cudaMemcpyToSymbolAsync(const void* symbol, const void* from, size_t n, size_t offset,
                                    cudaMemcpyKind kind, cudaStream_t stream) {
  void* to = nullptr;
  if (cudaError_t e = symbol_address(symbol, offset, n, &to)) return record(e);
  return copy({to, n, from, n, n, 1}, kind, stream, false);
}
cudaError_t cudaMemcpyFromSymbolAsync(void* to, const void* symbol, size_t n, size_t offset,
                                      cudaMemcpyKind kind, cudaStream_t stream) {
  void* from = nullptr;
  if (cudaError_t e = symbol_address(symbol, offset, n, &from)) return record(e);
  return copy({to, n, from, n, n, 1}, kind, stream, false);
}
cudaError_t cudaMemcpyToSymbol(const void* symbol, const void* from, size_t n, size_t offset,
                               cudaMemcpyKind kind) {
  void* to = nullptr;
  if (cudaError_t e = symbol_address(symbol, offset, n, &to)) return record(e);
  return copy({to, n, from, n, n, 1}, kind, nullptr, true);
}
cudaError_t cudaMemcpyFromSymbol(void* to, const void* symbol, size_t n, size_t offset,
                                 cudaMemcpyKind kind) {
  void* from = nullptr;
  if (cudaError_t e = symbol_address(symbol, offset, n, &from)) return record(e);
  return copy({to, n, from, n, n, 1}, kind, nullptr, true);
}
