#include "kernels/softmax_case.h"
#include "support/run.h"

namespace electra::bench {
namespace {

void softmax(benchmark::State& state, const SoftmaxModel& model, DType dtype, Pass pass) {
  const SoftmaxCase softmax(model, dtype);
  if (pass == Pass::forward) return run(state, softmax.forward(), Bound::copy);
  context().run(softmax.forward());
  run(state, softmax.backward(), Bound::copy);
}

const bool registered = [] {
  for (const DType dtype : {DType::f32, DType::bf16})
    for (const SoftmaxModel& model : softmax_models)
      for (const Pass pass : {Pass::forward, Pass::backward})
        benchmark::RegisterBenchmark(
            softmax_name(model, dtype, pass).c_str(),
            [=](benchmark::State& state) { softmax(state, model, dtype, pass); })
            ->Unit(benchmark::kMicrosecond)
            ->Apply(timing);
  return true;
}();

}  // namespace
}  // namespace electra::bench
