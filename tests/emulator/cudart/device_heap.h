// Device memory: one reserved address range per device. It is inaccessible except while the
// device works, so that host code which dereferences a device pointer faults.
#pragma once
#include <cstddef>
#include <cstdint>

namespace gpu_emulator::cudart {

struct Allocation {
  uintptr_t address = 0;
  size_t bytes = 0;
  int device = 0;
};

/// NaN-filled; null when the device's memory is used up.
void* heap_allocate(int device, size_t bytes);
enum class FreeResult { freed, unknown_pointer, overrun };
FreeResult heap_free(void* pointer);
bool heap_find(const void* pointer, Allocation* allocation);
size_t heap_used(int device);
bool heap_overrun(int device, Allocation* allocation);  // has a kernel written past an end?

/// While one exists, the memory of `device` and of its enabled peers is accessible.
class DeviceMemoryAccess {
 public:
  explicit DeviceMemoryAccess(int device);
  ~DeviceMemoryAccess();
  DeviceMemoryAccess(const DeviceMemoryAccess&) = delete;

 private:
  uint64_t opened_ = 0;
};

bool peer_access(int device, int peer);
void set_peer_access(int device, int peer, bool enabled);

}  // namespace gpu_emulator::cudart
