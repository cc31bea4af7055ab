#include "electra/kernels/embedding.h"
#include "support/run.h"

namespace electra::bench {
namespace {

constexpr Index length = 128;
const Index batch = tokens() / length;
const Index rows = batch * length;
constexpr Index vocabulary = 30522;
constexpr Index positions = 512;

/// The tensors that all three kernels share; ids are spread over the vocabulary.
struct Tables {
  Tables(Index width, DType activation, DType table)
      : ids({rows}, DType::i32),
        types({rows}, DType::i32),
        lengths({batch}, DType::i32),
        word({vocabulary, width}, table, 0.02),
        position({positions, width}, table, 0.02),
        type({2, width}, table, 0.02),
        rows_of({rows, width}, activation) {
    RandomStream stream(1, Site{}, 0, 0);
    ids.set_each([&](Index) { return static_cast<std::int32_t>(stream.below(vocabulary)); });
  }
  [[nodiscard]] TextRows texts() const { return {batch, length, lengths.view()}; }

  Tensor ids, types, lengths, word, position, type, rows_of;
};

RandomKey key(const Tensor& step) {
  return {1, step.view(), 0, site(Network::discriminator, 0, Place::embedding_dropout)};
}

void forward(benchmark::State& state, DType dtype, float dropout) {
  const Index width = state.range(0);
  const Tables t(width, dtype, dtype);
  const Tensor gain({width}, DType::f32), bias({width}, DType::f32), mean({rows}, DType::f32),
      rstd({rows}, DType::f32), step({1}, DType::i32);
  run(state,
      EmbeddingForward{.ids = t.ids,
                       .types = t.types,
                       .rows = t.texts(),
                       .word = t.word,
                       .position = t.position,
                       .type = t.type,
                       .gain = gain,
                       .bias = bias,
                       .y = t.rows_of,
                       .mean = mean,
                       .rstd = rstd,
                       .dropout = dropout,
                       .random = key(step)},
      Bound::copy);
}

void backward(benchmark::State& state, DType dtype, float dropout) {
  const Index width = state.range(0);
  const Tables t(width, dtype, dtype);
  const Tensor gain({width}, DType::f32), mean({rows}, DType::f32), rstd({rows}, DType::f32),
      dx({rows, width}, dtype), dgain({width}, DType::f32), dbias({width}, DType::f32),
      step({1}, DType::i32);
  run(state,
      EmbeddingBackward{.dy = t.rows_of,
                        .ids = t.ids,
                        .types = t.types,
                        .rows = t.texts(),
                        .word = t.word,
                        .position = t.position,
                        .type = t.type,
                        .gain = gain,
                        .mean = mean,
                        .rstd = rstd,
                        .dx = dx,
                        .dgain = dgain,
                        .dbias = dbias,
                        .dropout = dropout,
                        .random = key(step)},
      Bound::copy);
}

void scatter(benchmark::State& state, DType dtype) {
  const Tables t(state.range(0), dtype, DType::f32);
  run(state,
      EmbeddingScatter{.dx = t.rows_of,
                       .ids = t.ids,
                       .types = t.types,
                       .rows = t.texts(),
                       .dword = t.word,
                       .dposition = t.position,
                       .dtype = t.type},
      Bound::copy);
}

BENCHMARK_CAPTURE(forward, f32_dropout_0, DType::f32, 0.0F)->Arg(128)->Arg(768)->Apply(timing);
BENCHMARK_CAPTURE(forward, f32_dropout_0_1, DType::f32, 0.1F)->Arg(128)->Arg(768)->Apply(timing);
BENCHMARK_CAPTURE(forward, bf16_dropout_0_1, DType::bf16, 0.1F)->Arg(128)->Arg(768)->Apply(timing);
BENCHMARK_CAPTURE(backward, f32_dropout_0_1, DType::f32, 0.1F)->Arg(128)->Arg(768)->Apply(timing);
BENCHMARK_CAPTURE(backward, bf16_dropout_0_1, DType::bf16, 0.1F)->Arg(128)->Arg(768)->Apply(timing);
BENCHMARK_CAPTURE(scatter, f32, DType::f32)->Arg(128)->Arg(768)->Apply(timing);
BENCHMARK_CAPTURE(scatter, bf16, DType::bf16)->Arg(128)->Arg(768)->Apply(timing);

}  // namespace
}  // namespace electra::bench
