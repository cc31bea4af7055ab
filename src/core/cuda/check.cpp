#include "core/cuda/check.h"

#include <string>

namespace electra::cuda {

void check(cudaError_t status, std::string_view call, Where where) {
  if (status == cudaSuccess) return;
  (void)cudaGetLastError();  // or the next call would be blamed
  throw DeviceError("cuda: " + std::string(call) + " at " + to_string(where) + ": " +
                    cudaGetErrorName(status) + ": " + cudaGetErrorString(status));
}

}  // namespace electra::cuda
