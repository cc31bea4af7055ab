#include "core/cuda/marks.h"

#include "core/cuda/check.h"

namespace electra::cuda {

Marks::~Marks() {
  for (const Mark& mark : ahead_) free_.push_back(mark.event);
  for (cudaEvent_t event : free_) (void)cudaEventDestroy(event);
}

void Marks::put(std::uint64_t number, cudaStream_t stream) {
  if (free_.empty()) {
    cudaEvent_t event = nullptr;
    check(cudaEventCreateWithFlags(&event, cudaEventDisableTiming), "cudaEventCreate");
    free_.push_back(event);
  }
  ahead_.push_back({number, free_.back()});
  free_.pop_back();
  check(cudaEventRecord(ahead_.back().event, stream), "cudaEventRecord");
}

std::optional<std::uint64_t> Marks::passed() {
  std::optional<std::uint64_t> latest;
  while (!ahead_.empty()) {
    const cudaError_t status = cudaEventQuery(ahead_.front().event);
    if (status == cudaErrorNotReady) break;
    check(status, "cudaEventQuery");
    latest = ahead_.front().number;
    free_.push_back(ahead_.front().event);
    ahead_.pop_front();
  }
  return latest;
}

}  // namespace electra::cuda
