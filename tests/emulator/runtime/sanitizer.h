// One vocabulary for the AddressSanitizer and ThreadSanitizer hooks; all no-ops in a plain build.
//
// The runtime itself is never instrumented: only translated kernels are, so the sanitizers see the
// kernels' memory accesses and nothing of the emulator's bookkeeping.
#pragma once
#include <cstddef>

#ifndef GPU_EMULATOR_HOOKS
#error "name this file among those with hooks in GpuEmulator.cmake"
#endif

#ifdef GPU_EMULATOR_ADDRESS
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif
#ifdef GPU_EMULATOR_THREAD
extern "C" {
void* __tsan_get_current_fiber();
void* __tsan_create_fiber(unsigned flags);
void __tsan_destroy_fiber(void* fibre);
void __tsan_switch_to_fiber(void* fibre, unsigned flags);
void __tsan_acquire(void* address);
void __tsan_release(void* address);
}
#endif

namespace gpu_emulator::sanitizer {

#ifdef GPU_EMULATOR_ADDRESS
constexpr bool checks_addresses = true;
inline void poison(const void* p, size_t n) { __asan_poison_memory_region(p, n); }
inline void unpoison(const void* p, size_t n) { __asan_unpoison_memory_region(p, n); }
#else
constexpr bool checks_addresses = false;
inline void poison(const void*, size_t) {}
inline void unpoison(const void*, size_t) {}
#endif

#ifdef GPU_EMULATOR_THREAD
constexpr bool checks_threads = true;
inline void* current_fibre() { return __tsan_get_current_fiber(); }
inline void* create_fibre() { return __tsan_create_fiber(0); }
inline void destroy_fibre(void* f) { __tsan_destroy_fiber(f); }
/// Flag 1: a switch by itself orders nothing, so only real synchronisation hides a race.
inline void switch_fibre(void* f) { __tsan_switch_to_fiber(f, 1); }
inline void acquire(void* tag) { __tsan_acquire(tag); }
inline void release(void* tag) { __tsan_release(tag); }
#else
constexpr bool checks_threads = false;
inline void* current_fibre() { return nullptr; }
inline void* create_fibre() { return nullptr; }
inline void destroy_fibre(void*) {}
inline void switch_fibre(void*) {}
inline void acquire(void*) {}
inline void release(void*) {}
#endif

}  // namespace gpu_emulator::sanitizer
