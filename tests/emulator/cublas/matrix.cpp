#include "cublas/matrix.h"

#include "runtime/number.h"

namespace gpu_emulator::cublas {

bool supported(cudaDataType t) {
  return t == CUDA_R_32F || t == CUDA_R_64F || t == CUDA_R_16BF || t == CUDA_R_16F;
}

size_t element_size(cudaDataType t) { return t == CUDA_R_64F ? 8 : t == CUDA_R_32F ? 4 : 2; }

int64_t Matrix::index(int64_t row, int64_t column, int64_t batch) const {
  return batch * batch_stride + (row_major ? row * leading + column : column * leading + row);
}

size_t Matrix::span(int batch_count) const {
  if (rows <= 0 || columns <= 0 || batch_count < 1) return 0;
  return size_t(index(rows - 1, columns - 1, batch_count - 1) + 1) * element_size(type);
}

double Matrix::at(int64_t row, int64_t column, int64_t batch) const {
  const auto* p =
      static_cast<const char*>(data) + index(row, column, batch) * int64_t(element_size(type));
  if (type == CUDA_R_64F) return *reinterpret_cast<const double*>(p);
  if (type == CUDA_R_32F) return *reinterpret_cast<const float*>(p);
  const uint16_t h = *reinterpret_cast<const uint16_t*>(p);
  return type == CUDA_R_16BF ? number::from_bf16(h) : number::from_f16(h);
}

void Matrix::set(int64_t row, int64_t column, int64_t batch, double value) const {
  auto* p = static_cast<char*>(const_cast<void*>(data)) +
            index(row, column, batch) * int64_t(element_size(type));
  if (type == CUDA_R_64F)
    *reinterpret_cast<double*>(p) = value;
  else if (type == CUDA_R_32F)
    *reinterpret_cast<float*>(p) = float(value);
  else
    *reinterpret_cast<uint16_t*>(p) =
        type == CUDA_R_16BF ? number::to_bf16(float(value)) : number::to_f16(float(value));
}

}  // namespace gpu_emulator::cublas
