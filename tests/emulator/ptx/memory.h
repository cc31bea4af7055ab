// Loads, stores, address spaces, ldmatrix/stmatrix and the landing of cp.async. These accesses are
// made here, in instrumented code, so that the sanitizers attribute them to the kernel.
#pragma once
#include <atomic>
#include <cstdint>
#include <cstring>

#include "ptx/integer.h"
#include "runtime/kernel.h"
#include "runtime/synchronise.h"

namespace gpu_emulator::ptx {

inline uint64_t shared_to_generic(uint64_t offset) {
  return uint64_t(running.shared) + uint32_t(offset);
}
inline uint64_t generic_to_shared(uint64_t address) { return address - uint64_t(running.shared); }
inline bool is_shared(uint64_t address) { return generic_to_shared(address) < shared_window; }

inline void check_alignment(uint64_t address, size_t bytes, Site site) {
  if (address & (bytes - 1))
    fail(Fault::misaligned_address, site, "misaligned %zu-byte access at 0x%llx", bytes,
         static_cast<unsigned long long>(address));
}

template <class T, int N>
T* access(uint64_t address, Site site) {
  check_alignment(address, sizeof(T) * N, site);
  return reinterpret_cast<T*>(address);
}

/// Volatile and relaxed accesses are single, unordered atomic accesses.
template <class T>
T strong_load(uint64_t address, std::memory_order order, Site site) {
  check_alignment(address, sizeof(T), site);
  spin_hint(site);
  T value;
  __atomic_load(reinterpret_cast<T*>(address), &value, int(order));
  return value;
}
template <class T>
void strong_store(uint64_t address, T value, std::memory_order order, Site site) {
  check_alignment(address, sizeof(T), site);
  __atomic_store(reinterpret_cast<T*>(address), &value, int(order));
}

// ---- matrices of 8x8 16-bit elements: lane l holds row l/4, columns 2*(l%4) and the next
template <int Count, bool Transposed, class Visit>
void for_each_element(const unsigned char* const* rows, Visit visit) {
  const unsigned lane = running.linear_thread % 32;
  for (int tile = 0; tile < Count; tile++)
    for (unsigned j = 0; j < 2; j++) {
      const unsigned r = lane / 4, c = lane % 4 * 2 + j;
      const unsigned char* row = rows[tile * 8 + int(Transposed ? c : r)];
      visit(tile, 16 * j, row + 2 * (Transposed ? r : c));
    }
}

template <int Count, bool Transposed>
void load_matrix(uint32_t* d, uint64_t address, Site site) {
  const unsigned char* rows[8 * Count];
  exchange_row_addresses(reinterpret_cast<void*>(address), rows, Count, "ldmatrix", site);
  for (int i = 0; i < Count; i++) d[i] = 0;
  for_each_element<Count, Transposed>(rows, [&](int tile, unsigned shift, const unsigned char* p) {
    d[tile] |= uint32_t(*reinterpret_cast<const uint16_t*>(p)) << shift;
  });
}

template <int Count, bool Transposed>
void store_matrix(const uint32_t* d, uint64_t address, Site site) {
  const unsigned char* rows[8 * Count];
  exchange_row_addresses(reinterpret_cast<void*>(address), rows, Count, "stmatrix", site);
  for_each_element<Count, Transposed>(rows, [&](int tile, unsigned shift, const unsigned char* p) {
    *reinterpret_cast<uint16_t*>(const_cast<unsigned char*>(p)) = uint16_t(d[tile] >> shift);
  });
}

// ---- cp.async: the target is undefined (NaN) from issue to wait, and the source is read at the
/// wait, so using either too early shows
template <int Bytes>
void async_copy(uint64_t target, uint64_t source, int source_bytes, Site site) {
  auto* to = reinterpret_cast<uint32_t*>(target);
  async_copy_issue(to, reinterpret_cast<void*>(source), Bytes, source_bytes, site);
  for (int i = 0; i < Bytes / 4; i++) to[i] = ~0u;
}

inline void async_copy_wait(unsigned groups_left) {
  PendingCopy copy;
  while (async_copy_next(groups_left, &copy)) {
    uint32_t words[4] = {};
    auto* bytes = reinterpret_cast<unsigned char*>(words);
    for (int i = 0; i < copy.source_bytes; i++)
      bytes[i] = static_cast<const unsigned char*>(copy.source)[i];
    for (int i = 0; i < copy.bytes / 4; i++) static_cast<uint32_t*>(copy.target)[i] = words[i];
  }
}

}  // namespace gpu_emulator::ptx
