#include "cudart/device_heap.h"

#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>

#include "runtime/block.h"
#include "runtime/options.h"
#include "runtime/sanitizer.h"

namespace gpu_emulator::cudart {
namespace {

constexpr size_t heap_alignment = 256;
constexpr size_t red_zone = 256;  // after every allocation
constexpr size_t huge_page = size_t{2} << 20;
constexpr int max_devices = 64;
constexpr unsigned char fill_byte = 0xff;  // NaN

size_t round_up(size_t n) { return (n + heap_alignment - 1) / heap_alignment * heap_alignment; }

struct Heap {
  unsigned char* base = nullptr;
  size_t capacity = 0, used = 0;
  std::map<size_t, size_t> free;  // offset -> bytes
  std::map<uintptr_t, Allocation> live;
  int open = 0;
};

struct Heaps {
  Heap heap[max_devices];
  bool peer[max_devices][max_devices] = {};
};

Heaps& heaps() {
  static Heaps* h = new Heaps;  // never destroyed, see engine.cpp
  return *h;
}

/// The device whose memory holds the address, or -1
int owner(const void* p) {
  for (int d = 0; d < max_devices; d++) {
    const Heap& h = heaps().heap[d];
    if (h.base && static_cast<const unsigned char*>(p) - h.base >= 0 &&
        size_t(static_cast<const unsigned char*>(p) - h.base) < h.capacity)
      return d;
  }
  return -1;
}

void on_fault(int signal, siginfo_t* info, void*) {
  if (block.current &&
      block.host_thread ==
          pthread_self())  // inside a kernel: the launch fails, the process goes on
    fail(Fault::illegal_address, {},
         "illegal access to %p%s (an AddressSanitizer build names the "
         "line)",
         info->si_addr,
         owner(info->si_addr) >= 0 ? ", memory of a device that is not a "
                                     "peer"
                                   : "");
  const int d = owner(info->si_addr);
  if (d >= 0)
    std::fprintf(stderr, "gpu_emulator: host code dereferences %p, memory of device %d\n",
                 info->si_addr, d);
  ::signal(signal, SIG_DFL);  // returning repeats the access and ends the process
}

void install_fault_handler() {
  if (sanitizer::checks_addresses || sanitizer::checks_threads) return;  // they have their own
  static char stack[64 * 1024];
  const stack_t alternative{stack, 0, sizeof stack};
  sigaltstack(&alternative, nullptr);
  struct sigaction action = {};
  action.sa_sigaction = on_fault;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
  sigaction(SIGSEGV, &action, nullptr);
  sigaction(SIGBUS, &action, nullptr);
}

void protect(Heap& h, bool open) {
  mprotect(h.base, h.capacity, open ? PROT_READ | PROT_WRITE : PROT_NONE);
}

Heap& heap_of(int device) {
  Heap& h = heaps().heap[device];
  if (h.base) return h;
  static const bool handler = (install_fault_handler(), true);
  (void)handler;
  h.capacity = 2 * options().device_memory + (size_t{64} << 20);
  h.capacity += huge_page - h.capacity % huge_page;
  void* m = mmap(nullptr, h.capacity + huge_page, PROT_NONE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (m == MAP_FAILED) {
    std::perror("gpu_emulator: no address space for device memory");
    std::abort();
  }
  h.base = static_cast<unsigned char*>(m) + (huge_page - uintptr_t(m) % huge_page);
  madvise(h.base, h.capacity, MADV_HUGEPAGE);  // protecting small pages takes longer than kernels
  h.free[0] = h.capacity;
  return h;
}

void give_back(Heap& h, size_t offset, size_t bytes) {
  auto next = h.free.emplace(offset, bytes).first;
  if (auto after = std::next(next); after != h.free.end() && offset + bytes == after->first) {
    next->second += after->second;
    h.free.erase(after);
  }
  if (next != h.free.begin()) {
    auto before = std::prev(next);
    if (before->first + before->second == offset) {
      before->second += next->second;
      h.free.erase(next);
    }
  }
}

/// The caller has opened the device's memory.
bool overrun(const Allocation& a) {
  if (sanitizer::checks_addresses) return false;  // the zone is poisoned instead
  const auto* end = reinterpret_cast<unsigned char*>(a.address + a.bytes);
  const auto* zone_end = reinterpret_cast<unsigned char*>(a.address + round_up(a.bytes) + red_zone);
  for (; end < zone_end; end++)
    if (*end != 0xa5) return true;
  return false;
}

}  // namespace

void* heap_allocate(int device, size_t bytes) {
  Heap& h = heap_of(device);
  if (bytes > options().device_memory || h.used + bytes > options().device_memory) return nullptr;
  const size_t size = round_up(bytes) + red_zone;
  for (auto& [offset, length] : h.free) {
    if (length < size) continue;
    unsigned char* p = h.base + offset;
    const size_t rest_offset = offset + size, rest = length - size;
    h.free.erase(offset);
    if (rest) h.free[rest_offset] = rest;
    h.used += bytes;
    h.live[uintptr_t(p)] = {uintptr_t(p), bytes, device};
    DeviceMemoryAccess access(device);
    sanitizer::unpoison(p, size);
    std::memset(p, fill_byte, bytes);
    std::memset(p + bytes, 0xa5, size - bytes);
    sanitizer::poison(p + bytes, size - bytes);
    return p;
  }
  return nullptr;
}

FreeResult heap_free(void* pointer) {
  const int device = owner(pointer);
  if (device < 0) return FreeResult::unknown_pointer;
  Heap& h = heaps().heap[device];
  const auto found = h.live.find(uintptr_t(pointer));
  if (found == h.live.end()) return FreeResult::unknown_pointer;
  const Allocation a = found->second;
  const size_t size = round_up(a.bytes) + red_zone;
  bool damaged = false;
  {
    DeviceMemoryAccess access(device);
    damaged = overrun(a);
    sanitizer::unpoison(pointer, size);
    std::memset(pointer, fill_byte, size);  // later reads get NaN; AddressSanitizer reports them
    sanitizer::poison(pointer, size);
  }
  h.live.erase(found);
  h.used -= a.bytes;
  give_back(h, size_t(a.address - uintptr_t(h.base)), size);
  return damaged ? FreeResult::overrun : FreeResult::freed;
}

bool heap_find(const void* pointer, Allocation* allocation) {
  const int device = owner(pointer);
  if (device < 0) return false;
  const auto& live = heaps().heap[device].live;
  auto i = live.upper_bound(uintptr_t(pointer));
  if (i == live.begin()) return false;
  --i;
  if (uintptr_t(pointer) >= i->second.address + i->second.bytes) return false;
  *allocation = i->second;
  return true;
}

size_t heap_used(int device) { return heaps().heap[device].used; }

bool heap_overrun(int device, Allocation* allocation) {
  const DeviceMemoryAccess access(device);  // once, not once for each allocation
  for (const auto& [address, a] : heaps().heap[device].live)
    if (overrun(a)) {
      *allocation = a;
      return true;
    }
  return false;
}

DeviceMemoryAccess::DeviceMemoryAccess(int device) {
  for (int d = 0; d < max_devices; d++) {
    if (d != device && !heaps().peer[device][d]) continue;
    Heap& h = heaps().heap[d];
    if (!h.base) continue;
    if (h.open++ == 0) protect(h, true);
    opened_ |= uint64_t{1} << d;
  }
}

DeviceMemoryAccess::~DeviceMemoryAccess() {
  for (int d = 0; d < max_devices; d++)
    if (opened_ >> d & 1 && --heaps().heap[d].open == 0) protect(heaps().heap[d], false);
}

bool peer_access(int device, int peer) { return heaps().peer[device][peer]; }

void set_peer_access(int device, int peer, bool enabled) {
  heaps().peer[device][peer] = enabled;
  if (enabled) heap_of(peer);
}

}  // namespace gpu_emulator::cudart
