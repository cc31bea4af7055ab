// Matrices on the host and on the device, column-major, for tests of products.
#pragma once
#include <cublasLt.h>

#include <cstdint>
#include <cstring>
#include <random>
#include <vector>

#include "check.h"

inline std::mt19937 generator(1);

struct HostMatrix {
  int rows, columns, batch;
  std::vector<float> v;
  HostMatrix(int r, int c, int b = 1) : rows(r), columns(c), batch(b), v(size_t(r) * c * b) {
    for (float& x : v) x = float(int(generator() % 17) - 8) / 8;  // exact in bf16
  }
  float& at(int r, int c, int b = 0) { return v[(size_t(b) * columns + c) * rows + r]; }
};

inline uint16_t bf16(float f) {
  uint32_t u;
  std::memcpy(&u, &f, 4);
  return uint16_t((u + 0x7fff + (u >> 16 & 1)) >> 16);
}
inline float from_bf16(uint16_t h) {
  const uint32_t u = uint32_t(h) << 16;
  float f;
  std::memcpy(&f, &u, 4);
  return f;
}

/// A device matrix of f32 or bf16.
struct DeviceMatrix {
  cudaDataType type;
  std::vector<char> bytes;
  check::Device<char> memory;
  DeviceMatrix(const std::vector<float>& v, cudaDataType t)
      : type(t), bytes(encode(v, t)), memory(bytes) {}
  static std::vector<char> encode(const std::vector<float>& v, cudaDataType t) {
    std::vector<char> out(v.size() * (t == CUDA_R_32F ? 4 : 2));
    for (size_t i = 0; i < v.size(); i++) {
      const uint16_t h = bf16(v[i]);
      if (t == CUDA_R_32F)
        std::memcpy(&out[i * 4], &v[i], 4);
      else
        std::memcpy(&out[i * 2], &h, 2);
    }
    return out;
  }
  std::vector<float> host() const {
    const auto b = memory.host();
    std::vector<float> v(b.size() / (type == CUDA_R_32F ? 4 : 2));
    for (size_t i = 0; i < v.size(); i++) {
      uint16_t h;
      if (type == CUDA_R_32F)
        std::memcpy(&v[i], &b[i * 4], 4);
      else
        std::memcpy(&h, &b[i * 2], 2), v[i] = from_bf16(h);
    }
    return v;
  }
};
