#include "electra/kernels/pooling.h"
#include "support/run.h"

namespace electra::bench {
namespace {

struct Texts {
  Texts(Index length_, Index width, DType dtype, Pooling pooling_)
      : batch(texts()),
        length(length_),
        whole({batch * length, width}, dtype),
        pooled({batch, width}, dtype),
        places_of_max({batch, width}, DType::i32),
        lengths({batch}, DType::i32),
        pooling(pooling_) {
    lengths.fill(static_cast<std::int32_t>(length));
  }
  [[nodiscard]] TextRows rows() const { return {batch, length, lengths}; }
  [[nodiscard]] TensorView places() const {
    return pooling == Pooling::max ? places_of_max.view() : TensorView{};
  }

  Index batch, length;
  Tensor whole, pooled, places_of_max, lengths;
  Pooling pooling;
};

void forward(benchmark::State& state, DType dtype, Pooling pooling) {
  const Texts t(state.range(0), state.range(1), dtype, pooling);
  run(state,
      PoolForward{
          .x = t.whole, .rows = t.rows(), .y = t.pooled, .places = t.places(), .pooling = pooling},
      Bound::copy);
}

void backward(benchmark::State& state, DType dtype, Pooling pooling) {
  const Texts t(state.range(0), state.range(1), dtype, pooling);
  run(state,
      PoolBackward{.dy = t.pooled,
                   .rows = t.rows(),
                   .places = t.places(),
                   .dx = {t.whole.view()},
                   .pooling = pooling},
      Bound::copy);
}

void shapes(benchmark::internal::Benchmark* registered) {
  timing(registered->ArgsProduct({{32, 128}, {256, 384, 768}}));
}

BENCHMARK_CAPTURE(forward, cls_f32, DType::f32, Pooling::cls)->Apply(shapes);
BENCHMARK_CAPTURE(forward, mean_f32, DType::f32, Pooling::mean)->Apply(shapes);
BENCHMARK_CAPTURE(forward, max_f32, DType::f32, Pooling::max)->Apply(shapes);
BENCHMARK_CAPTURE(forward, mean_bf16, DType::bf16, Pooling::mean)->Apply(shapes);
BENCHMARK_CAPTURE(forward, max_bf16, DType::bf16, Pooling::max)->Apply(shapes);
BENCHMARK_CAPTURE(backward, cls_f32, DType::f32, Pooling::cls)->Apply(shapes);
BENCHMARK_CAPTURE(backward, mean_f32, DType::f32, Pooling::mean)->Apply(shapes);
BENCHMARK_CAPTURE(backward, max_f32, DType::f32, Pooling::max)->Apply(shapes);
BENCHMARK_CAPTURE(backward, mean_bf16, DType::bf16, Pooling::mean)->Apply(shapes);
BENCHMARK_CAPTURE(backward, max_bf16, DType::bf16, Pooling::max)->Apply(shapes);

}  // namespace
}  // namespace electra::bench
