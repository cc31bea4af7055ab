/// The products of kernels/matmul_bench by the fastest of all algorithms that cuBLASLt's heuristic
/// proposes, with any reduction and a workspace of 64 MiB: what choosing by the clock would bring.

#include "cublas/problem.h"
#include "kernels/matmul_case.h"
#include "support/run.h"

namespace electra::bench {
namespace {

void fastest(benchmark::State& state, const LinearLayer& layer, DType dtype, Product product) {
  if (!on_gpu()) return state.SkipWithError("cuBLAS needs ELECTRA_BENCHMARK_DEVICE=cuda");
  const LinearCase linear(layer, dtype);
  const Matmul kernel = linear.kernel(product);
  const cublas::Problem problem(kernel);
  const std::size_t count = problem.proposals();
  if (count == 0) return state.SkipWithError("cuBLASLt proposes no algorithm");
  std::size_t best = 0;
  double least = 1e30;
  for (std::size_t i = 0; i < count; ++i) {
    const auto seconds = gpu_samples([&] { problem.run(i); });
    if (seconds[seconds.size() / 2] >= least) continue;
    least = seconds[seconds.size() / 2];
    best = i;
  }
  run_on_gpu(state, kernel.cost(), matrix_bound(dtype), [&] { problem.run(best); });
  state.counters["proposals"] = static_cast<double>(count);
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
