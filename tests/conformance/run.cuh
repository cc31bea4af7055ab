#pragma once

#include <cuda_runtime.h>

#include <cstdint>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

namespace electra::conformance {

inline void check(cudaError_t status) {
  if (status != cudaSuccess) throw std::runtime_error(cudaGetErrorString(status));
}

/// Runs kernel(input, output) in one block and returns the output, which is poisoned before.
inline std::vector<std::uint32_t> run(void (*kernel)(const std::uint32_t*, std::uint32_t*, int),
                                      int threads, const std::vector<std::uint32_t>& input,
                                      std::size_t outputs) {
  std::uint32_t *from = nullptr, *to = nullptr;
  const std::size_t bytes = outputs * sizeof *to;
  check(cudaMalloc(&from, input.size() * sizeof *from));
  check(cudaMalloc(&to, bytes));
  check(cudaMemcpy(from, input.data(), input.size() * sizeof *from, cudaMemcpyHostToDevice));
  check(cudaMemset(to, 0xa5, bytes));
  kernel<<<1, static_cast<unsigned>(threads)>>>(from, to, static_cast<int>(outputs));
  check(cudaGetLastError());
  std::vector<std::uint32_t> output(outputs);
  check(cudaMemcpy(output.data(), to, bytes, cudaMemcpyDeviceToHost));
  check(cudaFree(from));
  check(cudaFree(to));
  return output;
}

/// The same on every machine: mt19937 is specified to the bit, distributions are not.
inline float uniform(std::mt19937& generator) {
  return static_cast<float>(static_cast<std::int32_t>(generator())) * 0x1p-31F;
}

}  // namespace electra::conformance
