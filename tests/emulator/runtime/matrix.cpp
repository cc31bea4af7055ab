// mma.sync and the address exchange of ldmatrix.
#include <cstring>

#include "runtime/number.h"
#include "runtime/synchronise.h"
#include "runtime/warp_operation.h"

namespace gpu_emulator {
namespace {

struct Fragments {
  uint32_t* d;
  const uint32_t *a, *b, *c;
};

int bits_of(Element e) {
  switch (e) {
    case Element::tf32:
      return 32;
    case Element::s8:
    case Element::u8:
      return 8;
    default:
      return 16;
  }
}

double element(uint32_t reg, int index, Element e) {
  switch (e) {
    case Element::bf16:
      return number::from_bf16(uint16_t(reg >> 16 * index));
    case Element::f16:
      return number::from_f16(uint16_t(reg >> 16 * index));
    case Element::tf32:
      return std::bit_cast<float>(reg & 0xffffe000u);  // 10 mantissa bits
    case Element::s8:
      return int8_t(reg >> 8 * index);
    case Element::u8:
      return uint8_t(reg >> 8 * index);
  }
  return 0;
}

using Accumulator = double;  // products are exact in it; the sum is rounded once, at the end

/// PTX ISA, "Matrix fragments for mma.m16n8k*": lane = 4 * group + t holds rows group and group + 8
/// of A and C, column group of B; each register holds `pack` neighbours along k.
void multiply(const MatrixShape& s, WarpLanes<Fragments>& lanes) {
  float a[16][32], b[8][32];
  const int pack = 32 / bits_of(s.a);
  for (unsigned l = 0; l < 32; l++) {
    const int group = int(l) / 4, t = int(l) % 4;
    for (int i = 0; i < s.k / (2 * pack); i++)
      for (int j = 0; j < pack; j++)
        a[group + i % 2 * 8][t * pack + j + i / 2 * 4 * pack] =
            float(element(lanes[l].a[i], j, s.a));
    for (int i = 0; i < s.k / (4 * pack); i++)
      for (int j = 0; j < pack; j++)
        b[group][t * pack + j + i * 4 * pack] = float(element(lanes[l].b[i], j, s.b));
  }
  const bool integer = s.a == Element::s8 || s.a == Element::u8;
  for (unsigned l = 0; l < 32; l++) {
    const int group = int(l) / 4, t = int(l) % 4;
    for (int i = 0; i < 4; i++) {
      const int row = group + i / 2 * 8, column = t * 2 + i % 2;
      Accumulator sum = 0;
      for (int k = 0; k < s.k; k++) sum += Accumulator(a[row][k]) * b[column][k];
      const Fragments& f = lanes[l];
      if (integer) {
        f.d[i] = uint32_t(int32_t(f.c[i]) + int32_t(sum));
      } else if (s.accumulator == 32) {
        f.d[i] = std::bit_cast<uint32_t>(float(std::bit_cast<float>(f.c[i]) + sum));
      } else {
        const int shift = i % 2 * 16;
        const float c = number::from_f16(uint16_t(f.c[i / 2] >> shift));
        const uint32_t h = number::to_f16(float(c + sum));
        f.d[i / 2] = (f.d[i / 2] & ~(0xffffu << shift)) | h << shift;
      }
    }
  }
}

}  // namespace

void matrix_multiply(const MatrixShape& shape, uint32_t* d, const uint32_t* a, const uint32_t* b,
                     const uint32_t* c, Site site) {
  Fragments mine{d, a, b, c};
  warp_operation<Fragments>(~0u, "mma.sync", &mine, site, [&](WarpLanes<Fragments>& lanes) {
    statistics.matrix_products++;
    multiply(shape, lanes);
  });
}

void exchange_row_addresses(const void* mine, const unsigned char** rows, int count,
                            const char* name, Site site) {
  struct Lane {
    const void* mine;
    const unsigned char** rows;
  } me{mine, rows};
  const unsigned lane = running.linear_thread % 32;
  if (int(lane) < 8 * count) {  // the other lanes' addresses are not used
    const auto offset = uintptr_t(mine) - uintptr_t(running.shared);
    if (offset + 16 > shared_window)
      fail(Fault::invalid_address_space, site, "%s: address is not in shared memory", name);
    if (offset % 16) fail(Fault::misaligned_address, site, "%s: row is not 16-byte aligned", name);
  }
  warp_operation<Lane>(~0u, name, &me, site, [&](WarpLanes<Lane>& lanes) {
    for (int tile = 0; tile < count; tile++) {
      unsigned banks = 0;  // eight rows of four banks each: conflict-free when all differ
      for (int r = 0; r < 8; r++)
        banks |= 1u << (uintptr_t(lanes[unsigned(tile * 8 + r)].mine) / 16 % 8);
      statistics.ldmatrix_phases++;
      statistics.ldmatrix_conflicts += banks != 0xff;
    }
    for (unsigned l : lanes)
      for (int r = 0; r < 8 * count; r++)
        lanes[l].rows[r] = static_cast<const unsigned char*>(lanes[unsigned(r)].mine);
  });
}

}  // namespace gpu_emulator
