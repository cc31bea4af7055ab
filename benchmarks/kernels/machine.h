#pragma once

#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "electra/core/context.h"
#include "electra/core/random.h"
#include "electra/kernels/matmul.h"

/// What the kernel benchmarks share: one context, tensors of random numbers, and this machine's own
/// matrix and copy rate, measured in the same run, which each kernel's speed is held against.
/// ELECTRA_BENCHMARK_THREADS sets the number of threads (default: all processors).
namespace electra::bench {

[[nodiscard]] inline int threads() {
  const char* text = std::getenv("ELECTRA_BENCHMARK_THREADS");
  const int asked = text == nullptr ? 0 : std::atoi(text);
  return asked > 0 ? asked : static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

[[nodiscard]] inline Context& context() {
  static const std::unique_ptr<Context> only = Context::create({}, {.threads = threads()});
  return *only;
}

/// Owns a tensor of standard normal numbers (i32: zeros).
class Tensor {
 public:
  Tensor(Shape shape, DType dtype, double deviation = 1)
      : buffer_(context(), shape.size() * size_of(dtype)), view_(buffer_.view(shape, dtype)) {
    RandomStream stream(1, Site{0xbe7c}, 0, 0);
    std::array<float, 4096> normal{};
    for (float& number : normal) number = static_cast<float>(deviation * stream.normal());
    for (Index i = 0; i < shape.size(); ++i) set(i, normal[static_cast<std::size_t>(i % 4093)]);
  }
  [[nodiscard]] TensorView view() const { return view_; }
  operator TensorView() const { return view_; }  // NOLINT: stands for its view

  void set(Index i, float value) const {
    switch (view_.dtype()) {
      case DType::f32:
        view_.data<float>()[i] = value;
        break;
      case DType::bf16:
        view_.data<bf16>()[i] = to_bf16(value);
        break;
      case DType::f64:
        view_.data<double>()[i] = static_cast<double>(value);
        break;
      case DType::i32:
        view_.data<std::int32_t>()[i] = 0;
        break;
    }
  }
  void fill(std::int32_t value) const {
    std::fill_n(view_.data<std::int32_t>(), view_.size(), value);
  }

 private:
  Buffer buffer_;
  TensorView view_;
};

/// The least seconds that `work` took in `repeats` calls, after one that is not timed.
[[nodiscard]] inline double best_seconds(int repeats, const std::function<void()>& work) {
  using Clock = std::chrono::steady_clock;
  work();
  double best = 1e30;
  for (int i = 0; i < repeats; ++i) {
    const auto start = Clock::now();
    work();
    best = std::min(best, std::chrono::duration<double>(Clock::now() - start).count());
  }
  return best;
}

struct MachineRates {
  double flops = 0;  // a second, in a large f32 product
  double bytes = 0;  // a second, read plus written, copying memory far larger than the caches
};

[[nodiscard]] inline MachineRates measure_rates() {
  constexpr Index n = 1536;
  const Tensor a({n, n}, DType::f32), b({n, n}, DType::f32), c({n, n}, DType::f32);
  const Matmul product{.a = a.view(), .b = b.view(), .c = c.view()};
  const double product_seconds = best_seconds(5, [&] { context().run(product); });

  constexpr std::size_t bytes = std::size_t{96} << 20U;
  const std::vector<char> from(bytes, 1);
  std::vector<char> to(bytes);
  const auto pieces = static_cast<std::size_t>(threads());
  const auto copy = [&] {
    std::vector<std::thread> team;
    for (std::size_t i = 0; i < pieces; ++i) {
      const std::size_t begin = bytes * i / pieces;
      const std::size_t size = bytes * (i + 1) / pieces - begin;
      team.emplace_back([&, begin, size] { std::memcpy(&to[begin], &from[begin], size); });
    }
    for (std::thread& thread : team) thread.join();
  };
  const double copy_seconds = best_seconds(7, copy);
  return {product.cost().flops / product_seconds, 2.0 * static_cast<double>(bytes) / copy_seconds};
}

/// Measured once in each run.
[[nodiscard]] inline const MachineRates& machine() {
  static const MachineRates rates = measure_rates();
  return rates;
}

/// Which rate of the machine bounds a kernel.
enum class Bound { matrix, copy };

/// Counters of `cost` done in `seconds`: GFLOP/s or GB/s, and the share of the machine's rate.
inline void count(benchmark::State& state, const KernelCost& cost, Bound bound, double seconds) {
  const bool matrix = bound == Bound::matrix;
  const double speed = (matrix ? cost.flops : cost.bytes) / seconds;
  state.counters[matrix ? "GFLOP/s" : "GB/s"] = 1e-9 * speed;
  state.counters["share"] = speed / (matrix ? machine().flops : machine().bytes);
}

/// Runs `kernel` for as long as the benchmark wants, and counts what it says that it costs.
/// Registered benchmarks must use UseRealTime: CPU time counts the calling thread alone.
template <Kernel K>
void run(benchmark::State& state, const K& kernel, Bound bound) {
  using Clock = std::chrono::steady_clock;
  static_cast<void>(machine());
  context().run(kernel);
  const auto start = Clock::now();
  for (auto _ : state) context().run(kernel);
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  if constexpr (requires { kernel.cost(); })  // kernels of a few bytes are not held to a rate
    count(state, kernel.cost(), bound, seconds / static_cast<double>(state.iterations()));
}

}  // namespace electra::bench
