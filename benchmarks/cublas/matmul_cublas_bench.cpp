/// The products of kernels/matmul_bench by the fastest of all algorithms that cuBLASLt's heuristic
/// proposes, with any reduction and a workspace of 64 MiB: what choosing by the clock would bring.

#include <optional>

#include "cublas/problem.h"
#include "electra/core/error.h"
#include "kernels/matmul_case.h"
#include "support/run.h"

namespace electra::bench {
namespace {

/// The median of a proposal's calls; nothing if cuBLASLt refuses after all what it proposed.
std::optional<double> median_seconds(const cublas::Problem& problem, std::size_t proposal) {
  try {
    const auto seconds = gpu_samples([&] { problem.run(proposal); });
    return seconds[seconds.size() / 2];
  } catch (const DeviceError&) {
    return {};
  }
}

void fastest(benchmark::State& state, const LinearLayer& layer, DType dtype, Product product) {
  if (!on_gpu()) return state.SkipWithError("cuBLAS needs ELECTRA_BENCHMARK_DEVICE=cuda");
  const LinearCase linear(layer, dtype);
  const Matmul kernel = linear.kernel(product);
  const cublas::Problem problem(kernel);
  const std::size_t count = problem.proposals();
  if (count == 0) return state.SkipWithError("cuBLASLt proposes no algorithm");
  std::optional<double> least;
  std::size_t best = 0, refused = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::optional<double> seconds = median_seconds(problem, i);
    if (!seconds) ++refused;
    if (!seconds || (least && *seconds >= *least)) continue;
    least = seconds;
    best = i;
  }
  if (!least) return state.SkipWithError("cuBLASLt refuses all that it proposes");
  run_on_gpu(state, kernel.cost(), matrix_bound(dtype), [&] { problem.run(best); });
  state.counters["proposals"] = static_cast<double>(count);
  state.counters["refused"] = static_cast<double>(refused);
  state.counters["fastest"] = static_cast<double>(best);
}

const bool registered = [] {
  for (const DType dtype : {DType::f32, DType::bf16})
    for (const LinearLayer& layer : linear_layers)
      for (const Product product :
           {Product::forward, Product::input_gradient, Product::weight_gradient})
        benchmark::RegisterBenchmark(
            matmul_name(layer, dtype, product).c_str(),
            [=](benchmark::State& state) { fastest(state, layer, dtype, product); })
            ->Apply(timing);
  return true;
}();

}  // namespace
}  // namespace electra::bench
