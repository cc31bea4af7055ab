#include "kernels/attention_case.h"
#include "support/run.h"

namespace electra::bench {
namespace {

void attention(benchmark::State& state, const AttentionModel& model, DType dtype, float dropout,
               Pass pass) {
  const AttentionCase attention(model, dtype, dropout);
  context().run(attention.forward());
  if (pass == Pass::forward) return run(state, attention.forward(), matrix_bound(dtype));
  run(state, attention.backward(), matrix_bound(dtype));
}

void add(const AttentionModel& model, DType dtype, float dropout, Pass pass) {
  benchmark::RegisterBenchmark(
      attention_name(model, dtype, dropout, pass).c_str(),
      [=](benchmark::State& state) { attention(state, model, dtype, dropout, pass); })
      ->Unit(benchmark::kMicrosecond)
      ->Apply(timing);
}

const bool registered = [] {
  for (const DType dtype : {DType::f32, DType::bf16})
    for (const AttentionModel& model : attention_models)
      for (const float dropout : {0.0F, 0.1F})
        for (const Pass pass : {Pass::forward, Pass::backward}) add(model, dtype, dropout, pass);
  return true;
}();

}  // namespace
}  // namespace electra::bench
