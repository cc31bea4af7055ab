// Runs an instruction on edge cases and random operands and compares it with plain C++.
#pragma once
#include <climits>
#include <cstdint>
#include <cstring>
#include <random>

#include "check.h"

struct Operands {
  uint32_t a, b, c;
  float x, y, z;
};

template <class F>
__global__ void evaluate(const Operands* in, uint32_t* out, int n, F f) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) out[i] = f(in[i]);
}

static std::vector<Operands> operands() {
  std::vector<Operands> v;
  const uint32_t edges[] = {0, 1, 31, 32, 33, 0x7fffffff, 0x80000000, 0xffffffff};
  for (uint32_t a : edges)
    for (uint32_t b : edges) v.push_back({a, b, a ^ 0x1234, float(int(a)), float(b), 0.5f});
  std::mt19937 g(1);
  std::normal_distribution<float> normal;
  for (int i = 0; i < 500; i++)
    v.push_back(
        {uint32_t(g()), uint32_t(g()), uint32_t(g()), normal(g) * 10, normal(g), normal(g)});
  v.push_back({5, 6, 7, NAN, 1, 2});
  v.push_back({5, 6, 7, INFINITY, -INFINITY, 2});
  v.push_back({5, 6, 7, -0.0f, 0.0f, 1e-40f});
  return v;
}

/// Runs `device` on all operands and compares bit for bit with `host`.
template <class D, class H>
void compare(const char* name, D device, H host) {
  const auto in = operands();
  const int n = int(in.size());
  check::Device<Operands> d(in);
  check::Device<uint32_t> out(in.size());
  evaluate<<<(n + 127) / 128, 128>>>(d, out, n, device);
  const auto r = out.host();
  for (int i = 0; i < n; i++) {
    const uint32_t want = host(in[i]);
    if (r[i] == want) continue;
    std::printf("%s(%x, %x, %x, %g, %g, %g): got %08x, want %08x\n", name, in[i].a, in[i].b,
                in[i].c, in[i].x, in[i].y, in[i].z, r[i], want);
    check::failures++;
    return;
  }
}

static uint32_t as_bits(float f) {
  uint32_t u;
  std::memcpy(&u, &f, 4);
  return std::isnan(f) ? 0x7fffffffu : u;
}
static __device__ uint32_t bits_of(float f) { return isnan(f) ? 0x7fffffffu : __float_as_uint(f); }
