#include "support/rates.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <thread>
#include <vector>

#include "electra/kernels/matmul.h"
#include "support/gpu_rates.h"
#include "support/tensor.h"

namespace electra::bench {

namespace {

/// The least seconds that `work` took in `repeats` calls, after one that is not timed.
double best_seconds(int repeats, const std::function<void()>& work) {
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

MachineRates cpu_rates() {
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
  const double flops = product.cost().flops / product_seconds;
  return {.flops = flops,
          .bf16_flops = flops,
          .bytes = 2.0 * static_cast<double>(bytes) / copy_seconds};
}

MachineRates measure() {
  if constexpr (built_with_cuda)
    if (on_gpu()) return gpu_rates();
  return cpu_rates();
}

}  // namespace

const MachineRates& machine() {
  static const MachineRates rates = measure();
  return rates;
}

}  // namespace electra::bench
