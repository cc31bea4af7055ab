/// Attention at dropout 0 by cuDNN, under the names of kernels/attention_bench. The counter
/// `difference` says how far its results are from ours at most.

#include <cmath>

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

std::vector<bf16> downloaded(const TensorView& view) {
  std::vector<bf16> host(static_cast<std::size_t>(view.size()));
  context().download(view, std::as_writable_bytes(std::span<bf16>(host)));
  return host;
}

template <class AnyKernel>
void attention(benchmark::State& state, const AnyKernel& kernel, const TensorView& result) {
  cudnn::run(state, kernel.cost(), Bound::matrix_bf16, [&] {
    context().run(kernel);
    const auto ours = downloaded(result);
    const auto work = planned(kernel);
    work();
    const auto theirs = downloaded(result);
    double most = 0;
    for (std::size_t i = 0; i < ours.size(); ++i) {
      const double apart = std::abs(static_cast<double>(to_float(ours[i]) - to_float(theirs[i])));
      if (std::isnan(apart) || apart > most) most = apart;  // NaN stays
    }
    state.counters["difference"] = most;
    return work;
  });
}

void attention(benchmark::State& state, const AttentionModel& model, Pass pass) {
  const AttentionCase tensors(model, DType::bf16, 0);
  const AttentionForward forward = tensors.forward();
  if (pass == Pass::forward) return attention(state, forward, forward.out);
  if (on_gpu()) context().run(forward);
  const AttentionBackward backward = tensors.backward();
  attention(state, backward, backward.dqkv);
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
