#pragma once

#include <functional>

#include "support/rates.h"

/// Only in builds with CUDA, and only while the benchmarks' device is a GPU.
namespace electra::bench {

/// Products and copies as large as ELECTRA_BENCHMARK_BYTES allows, on random numbers.
[[nodiscard]] MachineRates gpu_rates();

/// The seconds of ELECTRA_BENCHMARK_SAMPLES calls, in ascending order. Before each call a kernel
/// reads memory four times as large as the cache, 256 MiB at least: nothing of the last call is
/// left there, nor anything that had to be written back, and the host gets ahead of the GPU.
[[nodiscard]] std::vector<double> gpu_samples(const std::function<void()>& work);

}  // namespace electra::bench
