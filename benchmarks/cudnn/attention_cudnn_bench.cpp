/// Attention at dropout 0 by cuDNN, under the names of kernels/attention_bench.

#include "cudnn/attention.h"
#include "cudnn/run.h"
#include "kernels/attention_case.h"

namespace electra::bench {
namespace {

/// A graph and its plan.
template <class AnyKernel>
std::function<void()> planned(const AnyKernel& kernel) {
  const auto graph = std::make_shared<cudnn::AttentionGraph>(kernel);
  const auto plan = std::make_shared<cudnn::Plan>(graph->plan());
  return [graph, plan] { plan->run(); };
}

void attention(benchmark::State& state, const AttentionModel& model, Pass pass) {
  const AttentionCase attention(model, DType::bf16, 0);
  if (pass == Pass::forward)
    return cudnn::run(state, attention.forward().cost(), Bound::matrix_bf16,
                      [&] { return planned(attention.forward()); });
  context().run(attention.forward());
  cudnn::run(state, attention.backward().cost(), Bound::matrix_bf16,
             [&] { return planned(attention.backward()); });
}

const bool registered = [] {
  for (const AttentionModel& model : attention_models)
    for (const Pass pass : {Pass::forward, Pass::backward})
      benchmark::RegisterBenchmark(attention_name(model, DType::bf16, 0, pass).c_str(),
                                   [=](benchmark::State& state) { attention(state, model, pass); })
          ->Apply(timing);
  return true;
}();

}  // namespace
}  // namespace electra::bench
