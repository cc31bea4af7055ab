#include "electra/kernels/class_loss.h"
#include "support/run.h"

namespace electra::bench {
namespace {

/// Of texts (1 row each) or of their tokens, with the gradient.
void class_loss(benchmark::State& state, DType dtype) {
  const Index rows = texts() * state.range(0), classes = state.range(1);
  const Index padded = padded_outputs(classes);
  const Tensor logits({rows, padded}, dtype), labels({rows}, DType::i32), scale({1}, DType::f32),
      losses({rows}, DType::f32), right({rows}, DType::i32), dlogits({rows, padded}, dtype);
  labels.set_each([&](Index i) { return static_cast<std::int32_t>(i % classes); });
  run(state,
      ClassLoss{.logits = logits,
                .labels = labels,
                .scale = scale,
                .losses = losses,
                .right = right,
                .dlogits = dlogits,
                .classes = classes},
      Bound::copy);
}

void shapes(benchmark::internal::Benchmark* registered) {
  timing(registered->ArgsProduct({{1, 128}, {2, 3, 20}}));
}

BENCHMARK_CAPTURE(class_loss, f32, DType::f32)->Apply(shapes);
BENCHMARK_CAPTURE(class_loss, bf16, DType::bf16)->Apply(shapes);

}  // namespace
}  // namespace electra::bench
