// A matrix in device memory as the look-alike libraries see it: any of f32, f64, bf16 and f16.
#pragma once
#include <cublasLt.h>
#include <cuda_runtime_api.h>

#include <cstdint>

namespace gpu_emulator::cublas {

struct Matrix {
  const void* data = nullptr;
  cudaDataType type = CUDA_R_32F;
  int64_t rows = 0, columns = 0, leading = 0;
  int64_t batch_stride = 0;  // elements
  bool row_major = false;

  double at(int64_t row, int64_t column, int64_t batch) const;
  void set(int64_t row, int64_t column, int64_t batch, double value) const;
  /// Bytes from the first element to the end of the last.
  size_t span(int batch_count) const;

 private:
  int64_t index(int64_t row, int64_t column, int64_t batch) const;
};

bool supported(cudaDataType type);
size_t element_size(cudaDataType type);

}  // namespace gpu_emulator::cublas
