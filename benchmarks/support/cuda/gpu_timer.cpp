#include "support/gpu_timer.h"

#include <cuda_profiler_api.h>

#include <array>
#include <memory>

#include "core/cuda/check.h"
#include "core/cuda/cuda_context.h"

namespace electra::bench {

namespace {

using cuda::check;

class Event {
 public:
  Event() { check(cudaEventCreate(&event_), "cudaEventCreate"); }
  ~Event() { (void)cudaEventDestroy(event_); }
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;

  void record(cudaStream_t stream) const { check(cudaEventRecord(event_, stream), "record"); }
  [[nodiscard]] double seconds_since(const Event& start) const {
    float milliseconds = 0;
    check(cudaEventElapsedTime(&milliseconds, start.event_, event_), "cudaEventElapsedTime");
    return 1e-3 * static_cast<double>(milliseconds);
  }

 private:
  cudaEvent_t event_ = nullptr;
};

std::string version(int number) {  // 13000 is 13.0
  return std::to_string(number / 1000) + "." + std::to_string(number % 1000 / 10);
}

}  // namespace

std::vector<double> gpu_seconds(Context& context, int count, const std::function<void()>& before,
                                const std::function<void()>& work) {
  auto& gpu = static_cast<CudaContext&>(context);
  const cudaStream_t stream = gpu.stream();
  std::vector<std::array<Event, 2>> events(static_cast<std::size_t>(count));
  for (const auto& [start, stop] : events) {
    before();
    gpu.finish_sums();
    start.record(stream);
    work();
    gpu.finish_sums();
    stop.record(stream);
  }
  context.synchronize();
  std::vector<double> seconds;
  for (const auto& [start, stop] : events) seconds.push_back(stop.seconds_since(start));
  return seconds;
}

void profile(const std::function<void()>& work) {
  check(cudaProfilerStart(), "cudaProfilerStart");
  work();
  check(cudaProfilerStop(), "cudaProfilerStop");
}

Index gpu_cache_bytes(const Context& context) {
  int bytes = 0;
  check(cudaDeviceGetAttribute(&bytes, cudaDevAttrL2CacheSize, context.device().index),
        "cudaDeviceGetAttribute");
  return bytes;
}

std::vector<std::pair<std::string, std::string>> gpu_description(const Context& context) {
  cudaDeviceProp card{};
  check(cudaGetDeviceProperties(&card, context.device().index), "cudaGetDeviceProperties");
  int driver = 0, runtime = 0;
  check(cudaDriverGetVersion(&driver), "cudaDriverGetVersion");
  check(cudaRuntimeGetVersion(&runtime), "cudaRuntimeGetVersion");
  return {{"card", card.name},
          {"compute_capability", std::to_string(card.major) + "." + std::to_string(card.minor)},
          {"multiprocessors", std::to_string(card.multiProcessorCount)},
          {"memory_bytes", std::to_string(card.totalGlobalMem)},
          {"cache_bytes", std::to_string(card.l2CacheSize)},
          {"cuda_driver", version(driver)},
          {"cuda_runtime", version(runtime)}};
}

}  // namespace electra::bench
