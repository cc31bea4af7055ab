// Integer instructions with no direct C++ spelling, or where C++ leaves a case undefined.
#pragma once
#include <bit>
#include <cstdint>
#include <limits>
#include <type_traits>

namespace gpu_emulator::ptx {

template <class T>
using Unsigned = std::make_unsigned_t<T>;
template <class T>
constexpr unsigned bit_count = 8 * sizeof(T);

template <class To, class From>
To bits(From value) {
  static_assert(sizeof(To) == sizeof(From));
  return std::bit_cast<To>(value);
}

template <class T>
T neg(T a) {
  return T(Unsigned<T>(0) - Unsigned<T>(a));
}
template <class T>
T abs(T a) {
  return a < 0 ? neg(a) : a;
}
template <class T>
T divide(T a, T b) {
  if (b == 0) return T(~T(0));
  if (std::is_signed_v<T> && b == T(-1)) return neg(a);
  return T(a / b);
}
template <class T>
T remainder(T a, T b) {
  if (b == 0) return a;
  if (std::is_signed_v<T> && b == T(-1)) return 0;
  return T(a % b);
}
template <class T>
T multiply_high(T a, T b) {
  using Wide = std::conditional_t<std::is_signed_v<T>, __int128, unsigned __int128>;
  return T(Wide(a) * Wide(b) >> bit_count<T>);
}
template <class T>
T multiply_24(T a, T b) {
  return T(T(Unsigned<T>(a) << 8) >> 8) * T(T(Unsigned<T>(b) << 8) >> 8);
}
template <class T>
T absolute_difference(T a, T b, T c) {
  const Unsigned<T> d = a < b ? Unsigned<T>(b) - Unsigned<T>(a) : Unsigned<T>(a) - Unsigned<T>(b);
  return T(Unsigned<T>(c) + d);
}
inline int32_t add_saturating(int32_t a, int32_t b) {
  int32_t r;
  if (!__builtin_add_overflow(a, b, &r)) return r;
  return a < 0 ? INT32_MIN : INT32_MAX;
}
inline int32_t sub_saturating(int32_t a, int32_t b) {
  int32_t r;
  if (!__builtin_sub_overflow(a, b, &r)) return r;
  return a < 0 ? INT32_MIN : INT32_MAX;
}

// ---- extended precision: the condition-code register is the function's variable `carry`
template <class T>
T add_carry_out(T a, T b, bool& carry) {
  T r;
  carry = __builtin_add_overflow(a, b, &r);
  return r;
}
template <class T>
T sub_carry_out(T a, T b, bool& borrow) {
  T r;
  borrow = __builtin_sub_overflow(a, b, &r);
  return r;
}
template <class T, bool Out>
T add_carry(T a, T b, bool& carry) {
  bool c1 = false, c2 = false;
  const T r = add_carry_out(add_carry_out(a, b, c1), T(carry), c2);
  if (Out) carry = c1 || c2;
  return r;
}
template <class T, bool Out>
T sub_carry(T a, T b, bool& borrow) {
  bool c1 = false, c2 = false;
  const T r = sub_carry_out(sub_carry_out(a, b, c1), T(borrow), c2);
  if (Out) borrow = c1 || c2;
  return r;
}

// ---- shifts clamp their count
template <class T>
T shl(T a, uint32_t n) {
  return n >= bit_count<T> ? T(0) : T(Unsigned<T>(a) << n);
}
template <class T>
T shr(T a, uint32_t n) {
  if (n >= bit_count<T>) return std::is_signed_v<T> && a < 0 ? T(-1) : T(0);
  return T(a >> n);
}
template <bool Left, bool Wrap>
uint32_t funnel_shift(uint32_t low, uint32_t high, uint32_t n) {
  n = Wrap ? n & 31 : n < 32 ? n : 32;
  const uint64_t both = uint64_t(high) << 32 | low;
  return Left ? uint32_t(both << n >> 32) : uint32_t(both >> n);
}

// ---- bits
template <class T>
uint32_t popcount(T a) {
  return uint32_t(std::popcount(Unsigned<T>(a)));
}
template <class T>
uint32_t count_leading_zeros(T a) {
  return uint32_t(std::countl_zero(Unsigned<T>(a)));
}
template <class T>
T reverse_bits(T a) {
  T r = 0;
  for (unsigned i = 0; i < bit_count<T>; i++) r |= T(a >> i & 1) << (bit_count<T> - 1 - i);
  return r;
}
template <class T>
T bit_field_extract(T a, uint32_t position, uint32_t length) {
  position &= 255;
  length &= 255;
  if (!length) return 0;
  if (position >= bit_count<T>) return std::is_signed_v<T> && a < 0 ? T(-1) : T(0);
  if (length > bit_count<T> - position) return T(T(a) >> position);
  Unsigned<T> v = Unsigned<T>(a) >> position;
  if (length == bit_count<T>) return T(v);
  v &= (Unsigned<T>(1) << length) - 1;
  if (std::is_signed_v<T> && v >> (length - 1)) v |= ~Unsigned<T>(0) << length;
  return T(v);
}
template <class T>
T bit_field_insert(T a, T b, uint32_t position, uint32_t length) {
  position &= 255;
  length &= 255;
  if (position >= bit_count<T> || !length) return b;
  if (length > bit_count<T> - position) length = bit_count<T> - position;
  const T mask = (length == bit_count<T> ? T(~T(0)) : T((T(1) << length) - 1)) << position;
  return (b & ~mask) | (T(a << position) & mask);
}
template <class T>
uint32_t bit_find(T a, bool shift_amount) {
  const Unsigned<T> u = std::is_signed_v<T> && a < 0 ? Unsigned<T>(~a) : Unsigned<T>(a);
  if (!u) return ~0u;
  const unsigned zeros = unsigned(std::countl_zero(u));
  return shift_amount ? zeros : bit_count<T> - 1 - zeros;
}
template <class T>
uint32_t find_nth_set(uint32_t mask, uint32_t base, int32_t offset) {
  if (offset == 0) return mask >> (base & 31) & 1 ? base : ~0u;
  const int step = offset > 0 ? 1 : -1;
  int left = offset > 0 ? offset : -offset;
  for (int p = int(base); p >= 0 && p < 32; p += step)
    if (mask >> p & 1 && --left == 0) return uint32_t(p);
  return ~0u;
}
template <class T, bool Wrap>
uint32_t bmsk(uint32_t position, uint32_t length) {
  if (Wrap) {
    position &= 31;
    length &= 31;
  }
  if (position >= 32 || !length) return 0;
  const uint32_t ones = length >= 32 ? ~0u : (1u << length) - 1;
  return ones << position;
}
template <class T, bool Wrap>
T szext(T a, T length) {
  const uint32_t n = Wrap ? uint32_t(length) & 31 : uint32_t(length);
  return n >= 32 ? a : bit_field_extract<T>(a, 0, n);
}
inline uint32_t lop3(uint32_t a, uint32_t b, uint32_t c, uint32_t table) {
  uint32_t r = 0;
  for (int i = 0; i < 8; i++)
    if (table >> i & 1) r |= (i & 4 ? a : ~a) & (i & 2 ? b : ~b) & (i & 1 ? c : ~c);
  return r;
}
inline uint32_t permute_index(uint32_t a, uint32_t b, uint32_t selector) {
  const uint64_t bytes = uint64_t(b) << 32 | a;
  uint32_t r = 0;
  for (int i = 0; i < 4; i++) {
    const unsigned s = selector >> (4 * i) & 15;
    uint32_t byte = uint32_t(bytes >> (8 * (s & 7))) & 255;
    if (s & 8) byte = byte & 128 ? 255 : 0;  // replicate the sign
    r |= byte << (8 * i);
  }
  return r;
}
inline uint32_t permute_with(uint32_t a, uint32_t b, uint32_t c, const uint16_t (&selectors)[4]) {
  return permute_index(a, b, selectors[c & 3]);
}
inline uint32_t permute_f4e(uint32_t a, uint32_t b, uint32_t c) {
  return permute_with(a, b, c, {0x3210, 0x4321, 0x5432, 0x6543});
}
inline uint32_t permute_b4e(uint32_t a, uint32_t b, uint32_t c) {
  return permute_with(a, b, c, {0x5670, 0x6701, 0x7012, 0x0123});
}
inline uint32_t permute_rc8(uint32_t a, uint32_t b, uint32_t c) {
  return permute_with(a, b, c, {0x0000, 0x1111, 0x2222, 0x3333});
}
inline uint32_t permute_ecl(uint32_t a, uint32_t b, uint32_t c) {
  return permute_with(a, b, c, {0x3210, 0x3211, 0x3222, 0x3333});
}
inline uint32_t permute_ecr(uint32_t a, uint32_t b, uint32_t c) {
  return permute_with(a, b, c, {0x0000, 0x1110, 0x2210, 0x3210});
}
inline uint32_t permute_rc16(uint32_t a, uint32_t b, uint32_t c) {
  return permute_with(a, b, c, {0x1010, 0x3232, 0x1010, 0x3232});
}

// ---- dot products of packed integers
template <bool Signed>
int64_t lane_of(uint32_t v, int bits, int index) {
  const uint32_t x = v >> (bits * index) & ((1u << bits) - 1);
  return Signed && x >> (bits - 1) ? int64_t(x) - (int64_t(1) << bits) : int64_t(x);
}
template <bool SignedA, bool SignedB>
uint32_t dp4a(uint32_t a, uint32_t b, uint32_t c) {
  int64_t sum = 0;
  for (int i = 0; i < 4; i++) sum += lane_of<SignedA>(a, 8, i) * lane_of<SignedB>(b, 8, i);
  return c + uint32_t(sum);
}
template <bool SignedA, bool SignedB>
uint32_t dp2a_lo(uint32_t a, uint32_t b, uint32_t c) {
  int64_t sum = 0;
  for (int i = 0; i < 2; i++) sum += lane_of<SignedA>(a, 16, i) * lane_of<SignedB>(b, 8, i);
  return c + uint32_t(sum);
}
template <bool SignedA, bool SignedB>
uint32_t dp2a_hi(uint32_t a, uint32_t b, uint32_t c) {
  return dp2a_lo<SignedA, SignedB>(a, b >> 16, c);
}

template <class To, class From>
To clamp_integer(From v) {
  using Limits = std::numeric_limits<To>;
  if (__int128(v) < __int128(Limits::min())) return Limits::min();
  if (__int128(v) > __int128(Limits::max())) return Limits::max();
  return To(v);
}

}  // namespace gpu_emulator::ptx
