// atom and red.
#pragma once
#include <atomic>
#include <type_traits>

#include "ptx/floating.h"
#include "ptx/half.h"
#include "ptx/memory.h"

namespace gpu_emulator::ptx {

/// Replaces the value at `address` by update(old) in one atomic step; returns the old value.
template <class T, class Update>
T atomic_update(uint64_t address, std::memory_order order, Site site, Update update) {
  check_alignment(address, sizeof(T), site);
  spin_hint(site);
  std::atomic_ref<T> target(*reinterpret_cast<T*>(address));
  T old = target.load(std::memory_order_relaxed);
  while (!target.compare_exchange_weak(old, update(old), order, std::memory_order_relaxed)) {
  }
  return old;
}

template <class T>
T atomic_add(uint64_t a, T v, std::memory_order order, Site site) {
  return atomic_update<T>(a, order, site, [v](T old) {
    if constexpr (std::is_integral_v<T>)
      return T(Unsigned<T>(old) + Unsigned<T>(v));
    else
      return T(old + v);
  });
}
template <class T>
T atomic_min(uint64_t a, T v, std::memory_order order, Site site) {
  return atomic_update<T>(a, order, site, [v](T old) { return min(old, v); });
}
template <class T>
T atomic_max(uint64_t a, T v, std::memory_order order, Site site) {
  return atomic_update<T>(a, order, site, [v](T old) { return max(old, v); });
}
template <class T>
T atomic_and(uint64_t a, T v, std::memory_order order, Site site) {
  return atomic_update<T>(a, order, site, [v](T old) { return T(old & v); });
}
template <class T>
T atomic_or(uint64_t a, T v, std::memory_order order, Site site) {
  return atomic_update<T>(a, order, site, [v](T old) { return T(old | v); });
}
template <class T>
T atomic_xor(uint64_t a, T v, std::memory_order order, Site site) {
  return atomic_update<T>(a, order, site, [v](T old) { return T(old ^ v); });
}
template <class T>
T atomic_exch(uint64_t a, T v, std::memory_order order, Site site) {
  return atomic_update<T>(a, order, site, [v](T) { return v; });
}
template <class T>
T atomic_inc(uint64_t a, T v, std::memory_order order, Site site) {
  return atomic_update<T>(a, order, site, [v](T old) { return old >= v ? T(0) : T(old + 1); });
}
template <class T>
T atomic_dec(uint64_t a, T v, std::memory_order order, Site site) {
  return atomic_update<T>(a, order, site,
                          [v](T old) { return old == 0 || old > v ? v : T(old - 1); });
}
template <class T>
T atomic_cas(uint64_t a, T expected, T v, std::memory_order order, Site site) {
  return atomic_update<T>(a, order, site, [=](T old) { return old == expected ? v : old; });
}

// ---- halves: the type parameter is F16 or Bf16
template <class Half>
requires requires { Half::load(0); }
uint16_t atomic_add(uint64_t a, uint16_t v, std::memory_order order, Site site) {
  return atomic_update<uint16_t>(a, order, site, [v](uint16_t old) {
    return half<Half>([](double x, double y) { return x + y; }, old, v);
  });
}
template <class Half>
uint32_t atomic_add_pair(uint64_t a, uint32_t v, std::memory_order order, Site site) {
  return atomic_update<uint32_t>(a, order, site, [v](uint32_t old) {
    return half_pair<Half>([](double x, double y) { return x + y; }, old, v);
  });
}
template <class Half>
uint32_t atomic_min_pair(uint64_t a, uint32_t v, std::memory_order order, Site site) {
  return atomic_update<uint32_t>(a, order, site, [v](uint32_t old) {
    return half_pair<Half>([](double x, double y) { return min(x, y); }, old, v);
  });
}
template <class Half>
uint32_t atomic_max_pair(uint64_t a, uint32_t v, std::memory_order order, Site site) {
  return atomic_update<uint32_t>(a, order, site, [v](uint32_t old) {
    return half_pair<Half>([](double x, double y) { return max(x, y); }, old, v);
  });
}

}  // namespace gpu_emulator::ptx
