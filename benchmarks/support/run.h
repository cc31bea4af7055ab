#pragma once

#include <benchmark/benchmark.h>

#include <chrono>

#include "support/gpu_rates.h"
#include "support/rates.h"
#include "support/tensor.h"

/// How kernels are timed and counted. On a CPU, Google Benchmark chooses how often a kernel runs;
/// on a GPU a benchmark's time is the median of ELECTRA_BENCHMARK_SAMPLES calls, the cache emptied
/// before each. Speeds are also given as shares of the machine's own rates in the same run.
namespace electra::bench {

/// To apply to every benchmark that is registered.
inline void timing(benchmark::internal::Benchmark* registered) {
  if (on_gpu())
    registered->UseManualTime()->Iterations(1)->Unit(benchmark::kMicrosecond);
  else
    registered->UseRealTime();  // CPU time counts the calling thread alone
}

/// Counters of `cost` done in `seconds`: GFLOP/s or GB/s, and the share of the machine's rate.
inline void count(benchmark::State& state, const KernelCost& cost, Bound bound, double seconds) {
  const bool copy = bound == Bound::copy;
  const double speed = (copy ? cost.bytes : cost.flops) / seconds;
  state.counters[copy ? "GB/s" : "GFLOP/s"] = 1e-9 * speed;
  state.counters["share"] = speed / machine().of(bound);
}

/// Times `work` on the GPU and counts it.
inline void run_on_gpu(benchmark::State& state, const KernelCost& cost, Bound bound,
                       const std::function<void()>& work) {
  const auto seconds = gpu_samples(work);
  const double median = seconds[seconds.size() / 2];
  for (auto _ : state) state.SetIterationTime(median);
  state.counters["least_us"] = 1e6 * seconds.front();
  state.counters["most_us"] = 1e6 * seconds.back();
  if (cost.bytes > 0) count(state, cost, bound, median);
}

/// Runs `kernel` for as long as the benchmark wants, and counts what it says that it costs.
template <Kernel K>
void run(benchmark::State& state, const K& kernel, Bound bound) {
  using Clock = std::chrono::steady_clock;
  static_cast<void>(machine());
  KernelCost cost;
  if constexpr (requires { kernel.cost(); }) cost = kernel.cost();
  if constexpr (built_with_cuda)
    if (on_gpu()) return run_on_gpu(state, cost, bound, [&] { context().run(kernel); });
  context().run(kernel);
  const auto start = Clock::now();
  for (auto _ : state) context().run(kernel);
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  if (cost.bytes > 0)  // kernels of a few bytes are not held to a rate
    count(state, cost, bound, seconds / static_cast<double>(state.iterations()));
}

}  // namespace electra::bench
