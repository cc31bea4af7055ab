#include "electra/kernels/cross_entropy.h"
#include "kernels/machine.h"

namespace electra::bench {
namespace {

constexpr Index vocabulary = 30522;
constexpr Index padded = 30528;
constexpr Index length = 128;

enum class Gradient { none, wanted };

/// The masked positions of 16 sequences of 128 tokens.
void cross_entropy(benchmark::State& state, DType dtype, Gradient gradient) {
  const Index capacity = state.range(0);
  const Tensor logits({capacity, padded}, dtype), targets({capacity}, DType::i32),
      positions({capacity}, DType::i32), count({1}, DType::i32), scale({1}, DType::f32),
      temperature({1}, DType::f32), losses({capacity}, DType::f32), argmax({capacity}, DType::i32),
      samples({capacity}, DType::i32), dlogits({capacity, padded}, dtype),
      non_finite({1}, DType::i32), step({1}, DType::i32);
  count.fill(static_cast<std::int32_t>(capacity));
  scale.set(0, 1);
  temperature.set(0, 1);
  for (Index i = 0; i < capacity; ++i)
    positions.view().data<std::int32_t>()[i] = static_cast<std::int32_t>(i * 6);
  run(state,
      VocabularyCrossEntropy{
          .logits = logits,
          .targets = targets,
          .positions = positions,
          .count = count,
          .scale = scale,
          .temperature = temperature,
          .losses = losses,
          .argmax = argmax,
          .samples = samples,
          .dlogits = gradient == Gradient::wanted ? dlogits.view() : TensorView{},
          .non_finite = non_finite,
          .vocabulary = vocabulary,
          .length = length,
          .random = {.seed = 1, .step = step, .site = site(Network::generator, 0, Place::sample)}},
      Bound::copy);
}

BENCHMARK_CAPTURE(cross_entropy, f32, DType::f32, Gradient::wanted)->Arg(304)->UseRealTime();
BENCHMARK_CAPTURE(cross_entropy, bf16, DType::bf16, Gradient::wanted)->Arg(304)->UseRealTime();
BENCHMARK_CAPTURE(cross_entropy, forward_f32, DType::f32, Gradient::none)->Arg(304)->UseRealTime();

}  // namespace
}  // namespace electra::bench

BENCHMARK_MAIN();
