// Reading and writing the attributes of cuBLASLt's opaque descriptors.
#pragma once
#include <cublasLt.h>

#include <cstring>

namespace gpu_emulator::cublas {

template <class T>
cublasStatus_t set_attribute(T* field, const void* value, size_t bytes) {
  if (!value || bytes != sizeof(T)) return CUBLAS_STATUS_INVALID_VALUE;
  std::memcpy(field, value, sizeof(T));
  return CUBLAS_STATUS_SUCCESS;
}

template <class T>
cublasStatus_t get_attribute(const T& field, void* value, size_t bytes, size_t* written) {
  if (written) *written = sizeof(T);
  if (!bytes) return written ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_INVALID_VALUE;
  if (!value || bytes < sizeof(T)) return CUBLAS_STATUS_INVALID_VALUE;
  std::memcpy(value, &field, sizeof(T));
  return CUBLAS_STATUS_SUCCESS;
}

}  // namespace gpu_emulator::cublas
