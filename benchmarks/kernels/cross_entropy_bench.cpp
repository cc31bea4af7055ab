#include "electra/kernels/cross_entropy.h"
#include "support/run.h"

namespace electra::bench {
namespace {

constexpr Index vocabulary = 30522;
constexpr Index padded = 30528;
constexpr Index length = 128;
const Index batch = tokens() / length;

enum class Gradient { none, wanted };

/// The masked positions of sequences of 128 tokens.
void cross_entropy(benchmark::State& state, DType dtype, Gradient gradient) {
  const Index capacity = state.range(0);
  const Tensor logits({capacity, padded}, dtype), targets({capacity}, DType::i32),
      positions({capacity}, DType::i32), count({1}, DType::i32), scale({1}, DType::f32),
      temperature({1}, DType::f32), losses({capacity}, DType::f32), argmax({capacity}, DType::i32),
      samples({capacity}, DType::i32), dlogits({capacity, padded}, dtype),
      non_finite({1}, DType::i32), step({1}, DType::i32), lengths({batch}, DType::i32);
  count.fill(static_cast<std::int32_t>(capacity));
  scale.fill(1.0F);
  temperature.fill(1.0F);
  positions.set_each([](Index i) { return static_cast<std::int32_t>(i * 6); });
  run(state,
      VocabularyCrossEntropy{
          .logits = logits,
          .targets = targets,
          .positions = positions,
          .rows = {batch, length, lengths},
          .count = count,
          .scale = scale,
          .temperature = temperature,
          .losses = losses,
          .argmax = argmax,
          .samples = samples,
          .dlogits = gradient == Gradient::wanted ? dlogits.view() : TensorView{},
          .non_finite = non_finite,
          .vocabulary = vocabulary,
          .random = {.seed = 1, .step = step, .site = site(Network::generator, 0, Place::sample)}},
      Bound::copy);
}

BENCHMARK_CAPTURE(cross_entropy, f32, DType::f32, Gradient::wanted)
    ->Arg(masked_positions())
    ->Apply(timing);
BENCHMARK_CAPTURE(cross_entropy, bf16, DType::bf16, Gradient::wanted)
    ->Arg(masked_positions())
    ->Apply(timing);
BENCHMARK_CAPTURE(cross_entropy, forward_f32, DType::f32, Gradient::none)
    ->Arg(masked_positions())
    ->Apply(timing);

}  // namespace
}  // namespace electra::bench
