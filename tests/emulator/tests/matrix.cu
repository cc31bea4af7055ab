// mma.sync in all supported shapes, ldmatrix, cp.async.
#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include <cstdint>
#include <random>

#include "check.h"

struct Fragments {
  uint32_t a[4], b[2], c[4];
};

enum Shape {
  bf16_k8,
  bf16_k16,
  f16_k8,
  f16_k16,
  f16_acc16,
  tf32_k4,
  tf32_k8,
  s8_k16,
  s8_k32,
  shape_count
};

__global__ void multiply(int shape, Fragments* f) {
  Fragments& x = f[threadIdx.x];
  uint32_t(&c)[4] = x.c;
  const uint32_t(&a)[4] = x.a;
  const uint32_t(&b)[2] = x.b;
#define MMA2(text)                                                                      \
  asm volatile("mma.sync.aligned." text " {%0,%1,%2,%3}, {%4,%5}, {%6}, {%0,%1,%2,%3};" \
               : "+r"(c[0]), "+r"(c[1]), "+r"(c[2]), "+r"(c[3])                         \
               : "r"(a[0]), "r"(a[1]), "r"(b[0]))
#define MMA4(text)                                                                               \
  asm volatile("mma.sync.aligned." text " {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};" \
               : "+r"(c[0]), "+r"(c[1]), "+r"(c[2]), "+r"(c[3])                                  \
               : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]))
  switch (shape) {
    case bf16_k8:
      MMA2("m16n8k8.row.col.f32.bf16.bf16.f32");
      break;
    case bf16_k16:
      MMA4("m16n8k16.row.col.f32.bf16.bf16.f32");
      break;
    case f16_k8:
      MMA2("m16n8k8.row.col.f32.f16.f16.f32");
      break;
    case f16_k16:
      MMA4("m16n8k16.row.col.f32.f16.f16.f32");
      break;
    case f16_acc16:
      asm volatile(
          "mma.sync.aligned.m16n8k16.row.col.f16.f16.f16.f16 {%0,%1}, {%2,%3,%4,%5}, "
          "{%6,%7}, {%0,%1};"
          : "+r"(c[0]), "+r"(c[1])
          : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
      break;
    case tf32_k4:
      MMA2("m16n8k4.row.col.f32.tf32.tf32.f32");
      break;
    case tf32_k8:
      MMA4("m16n8k8.row.col.f32.tf32.tf32.f32");
      break;
    case s8_k16:
      MMA2("m16n8k16.row.col.s32.s8.s8.s32");
      break;
    case s8_k32:
      MMA4("m16n8k32.row.col.s32.s8.s8.s32");
      break;
  }
}

/// The fragment tables of the PTX ISA, written out per element type rather than derived.
static void place(int shape, int lane, int reg, int part, bool is_a, int* row, int* k) {
  const int g = lane >> 2, t = lane & 3;
  *row = is_a && reg % 2 ? g + 8 : g;
  const int half = is_a ? reg / 2 : reg;
  if (shape <= f16_acc16)
    *k = t * 2 + part + half * 8;
  else if (shape <= tf32_k8)
    *k = t + half * 4;
  else
    *k = t * 4 + part + half * 16;
}

static uint32_t encode(int shape, int v) {
  if (shape <= bf16_k16) return __bfloat16_as_ushort(__float2bfloat16(float(v)));
  if (shape <= f16_acc16) return __half_as_ushort(__float2half(float(v)));
  const float f = float(v);
  if (shape <= tf32_k8) return *reinterpret_cast<const uint32_t*>(&f);
  return uint8_t(v);
}

static void test_shape(int shape) {
  const int depth[] = {8, 16, 8, 16, 16, 4, 8, 16, 32};
  const int parts = shape <= f16_acc16 ? 2 : shape <= tf32_k8 ? 1 : 4, k = depth[shape];
  std::mt19937 g(unsigned(shape) + 1);
  int a[16][32], b[8][32];
  for (auto& r : a)
    for (int& v : r) v = int(g() % 9) - 4;
  for (auto& r : b)
    for (int& v : r) v = int(g() % 9) - 4;
  std::vector<Fragments> f(32);
  for (int lane = 0; lane < 32; lane++)
    for (int reg = 0; reg < 4; reg++) {
      f[lane].a[reg] = f[lane].c[reg] = 0;
      if (reg < 2) f[lane].b[reg] = 0;
      for (int part = 0; part < parts; part++) {
        int row, at;
        place(shape, lane, reg, part, true, &row, &at);
        if (at < k) f[lane].a[reg] |= encode(shape, a[row][at]) << part * 32 / parts;
        place(shape, lane, reg, part, false, &row, &at);
        if (reg < 2 && at < k) f[lane].b[reg] |= encode(shape, b[row][at]) << part * 32 / parts;
      }
    }
  check::Device<Fragments> d(f);
  multiply<<<1, 32>>>(shape, d);
  const auto r = d.host();
  for (int lane = 0; lane < 32; lane++)
    for (int i = 0; i < 4; i++) {
      const int row = lane / 4 + i / 2 * 8, column = lane % 4 * 2 + i % 2;
      int want = 0;
      for (int j = 0; j < k; j++) want += a[row][j] * b[column][j];
      const uint32_t u = r[lane].c[i];
      if (shape >= s8_k16)
        check::equal(int(u), want);
      else if (shape == f16_acc16)
        check::equal(__half2float(__ushort_as_half(uint16_t(r[lane].c[i / 2] >> 16 * (i % 2)))),
                     want);
      else
        check::equal(*reinterpret_cast<const float*>(&u), want);
    }
}

__global__ void load_tiles(uint32_t* out) {
  __shared__ __align__(16) uint16_t tile[32][8];
  const int lane = threadIdx.x;
  for (int c = 0; c < 8; c++) tile[lane][c] = uint16_t(lane * 8 + c);
  __syncwarp();
  const unsigned address = unsigned(__cvta_generic_to_shared(tile[lane]));
  uint32_t r[14];
  asm volatile("ldmatrix.sync.aligned.m8n8.x1.shared.b16 {%0}, [%1];" : "=r"(r[0]) : "r"(address));
  asm volatile("ldmatrix.sync.aligned.m8n8.x2.trans.shared.b16 {%0,%1}, [%2];"
               : "=r"(r[1]), "=r"(r[2])
               : "r"(address));
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];"
               : "=r"(r[3]), "=r"(r[4]), "=r"(r[5]), "=r"(r[6])
               : "r"(address));
  asm volatile("ldmatrix.sync.aligned.m8n8.x1.trans.shared.b16 {%0}, [%1];"
               : "=r"(r[7])
               : "r"(address));
  asm volatile("ldmatrix.sync.aligned.m8n8.x2.shared.b16 {%0,%1}, [%2];"
               : "=r"(r[8]), "=r"(r[9])
               : "r"(address));
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0,%1,%2,%3}, [%4];"
               : "=r"(r[10]), "=r"(r[11]), "=r"(r[12]), "=r"(r[13])
               : "r"(address));
  for (int i = 0; i < 14; i++) out[lane * 14 + i] = r[i];
}

template <int Bytes>
__device__ void copy_async(void* to, const void* from, int n) {
  asm volatile("cp.async.ca.shared.global.L2::128B [%0], [%1], %2, %3;" ::"r"(
                   unsigned(__cvta_generic_to_shared(to))),
               "l"(from), "n"(Bytes), "r"(n)
               : "memory");
}

/// One thread: nothing, five of eight and twelve of sixteen bytes are copied, the rest is zero.
__device__ void zero_fill(const char* in, char* out) {
  __shared__ __align__(16) char box[48];
  if (threadIdx.x) return;
  copy_async<16>(box, in, 0);
  copy_async<8>(box + 16, in + 8, 5);
  copy_async<16>(box + 32, in + 16, 12);
  asm volatile("cp.async.wait_all;" ::: "memory");
  for (int i = 0; i < 48; i++) out[i] = i >= 24 && i < 32 ? 0 : box[i];
}

__global__ void copies(const char* in, char* out) {
  __shared__ __align__(16) char box[32 * 32];
  char* mine = box + threadIdx.x * 32;
  copy_async<16>(mine, in + threadIdx.x * 32, 16);
  copy_async<8>(mine + 16, in + threadIdx.x * 32 + 16, 8);
  asm volatile("cp.async.commit_group;" ::: "memory");
  copy_async<4>(mine + 24, in + threadIdx.x * 32 + 24, 4);
  copy_async<4>(mine + 28, in + threadIdx.x * 32 + 28, 2);  // two bytes, then zeros
  asm volatile("cp.async.commit_group;" ::: "memory");
  asm volatile("cp.async.wait_group 1;" ::: "memory");
  out[1024 + threadIdx.x] = mine[24];  // not landed yet: all ones
  asm volatile("cp.async.wait_all;" ::: "memory");
  zero_fill(in, out + 1024 + 32);
  for (int i = 0; i < 32; i++) out[threadIdx.x * 32 + i] = mine[i];
}

int main() {
  for (int shape = 0; shape < shape_count; shape++) test_shape(shape);
  check::Device<uint32_t> tiles(32 * 14);
  load_tiles<<<1, 32>>>(tiles);
  const auto t = tiles.host();
  for (unsigned lane = 0; lane < 32; lane++) {
    const unsigned row = lane / 4, column = lane % 4 * 2;
    const auto direct = [=](unsigned m) {
      const unsigned e = (m * 8 + row) * 8 + column;
      return e | (e + 1) << 16;
    };
    const auto transposed = [=](unsigned m) {
      return ((m * 8 + column) * 8 + row) | ((m * 8 + column + 1) * 8 + row) << 16;
    };
    const uint32_t* mine = &t[lane * 14];
    check::equal(mine[0], direct(0));
    for (unsigned m = 0; m < 2; m++) check::equal(mine[1 + m], transposed(m));
    for (unsigned m = 0; m < 4; m++) check::equal(mine[3 + m], direct(m));
    check::equal(mine[7], transposed(0));
    for (unsigned m = 0; m < 2; m++) check::equal(mine[8 + m], direct(m));
    for (unsigned m = 0; m < 4; m++) check::equal(mine[10 + m], transposed(m));
  }
  std::vector<char> bytes(1024);
  for (int i = 0; i < 1024; i++) bytes[i] = char(i % 101);
  check::Device<char> in(bytes), out(1024 + 32 + 48);
  copies<<<1, 32>>>(in, out);
  const auto r = out.host();
  for (int i = 0; i < 1024; i++) check::equal(int(r[i]), i % 32 >= 30 ? 0 : i % 101);
  check::equal(int(r[1024]), -1);
  for (int i = 0; i < 48; i++) {
    const bool copied = (i >= 16 && i < 21) || (i >= 32 && i < 44);
    check::equal(int(r[1056 + i]), copied ? int(bytes[i < 32 ? i - 8 : i - 16]) : 0);
  }
  return check::result();
}
