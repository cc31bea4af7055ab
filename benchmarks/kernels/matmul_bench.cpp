#include "kernels/matmul_case.h"
#include "support/run.h"

namespace electra::bench {
namespace {

const bool registered = [] {
  for (const DType dtype : {DType::f32, DType::bf16})
    for (const LinearLayer& layer : linear_layers)
      for (const Product product :
           {Product::forward, Product::input_gradient, Product::weight_gradient})
        benchmark::RegisterBenchmark(matmul_name(layer, dtype, product).c_str(),
                                     [=](benchmark::State& state) {
                                       const LinearCase linear(layer, dtype);
                                       run(state, linear.kernel(product), matrix_bound(dtype));
                                     })
            ->Unit(benchmark::kMicrosecond)
            ->Apply(timing);
  return true;
}();

}  // namespace
}  // namespace electra::bench
