#include "core/cuda/kernel_clock.h"

#include <chrono>
#include <thread>
#include <utility>

namespace electra::cuda {

namespace {

/// As long as the host may take to put an ordinary step into the stream.
constexpr std::chrono::milliseconds head_start(15);

void hold_up(void*) { std::this_thread::sleep_for(head_start); }

}  // namespace

void KernelClock::time(std::string_view name, KernelCost cost, cudaStream_t stream,
                       const std::function<void()>& work) {
  if (inside_) return work();
  if (events_.empty()) check(cudaLaunchHostFunc(stream, hold_up, nullptr), "cudaLaunchHostFunc");
  if (events_.size() == spans_.size()) spans_.push_back({make_timed_event(), make_timed_event()});
  const Span& span = spans_[events_.size()];
  check(cudaEventRecord(span.start.get(), stream), "cudaEventRecord");
  inside_ = true;
  try {
    work();
  } catch (...) {
    inside_ = false;
    throw;
  }
  inside_ = false;
  check(cudaEventRecord(span.stop.get(), stream), "cudaEventRecord");
  events_.push_back({name, 0, cost});
}

std::vector<KernelEvent> KernelClock::take() {
  if (inside_) return {};  // work that waits: told when it is done and waited for again
  for (std::size_t i = 0; i < events_.size(); ++i) {
    float milliseconds = 0;
    check(cudaEventElapsedTime(&milliseconds, spans_[i].start.get(), spans_[i].stop.get()),
          "cudaEventElapsedTime");
    events_[i].seconds = 1e-3 * static_cast<double>(milliseconds);
  }
  return std::exchange(events_, {});
}

}  // namespace electra::cuda
