#include "electra/kernels/softmax.h"
#include "support/run.h"

namespace {

using namespace electra;
using bench::Bound;
using bench::Tensor;

enum class Pass { forward, backward };

struct Model {
  const char* name;
  Index batch, heads, length;
};

const Index sequences = bench::tokens() / 128;

const Model models[] = {{"small/128", sequences, 4, 128},
                        {"base/128", sequences, 12, 128},
                        {"small/512", sequences / 4, 4, 512}};

void softmax(benchmark::State& state, const Model& model, DType type, Pass pass) {
  const auto [name, batch, heads, length] = model;
  const Shape shape{batch, heads, length, length};
  const Tensor x(shape, type), y(shape, type), dx(shape, type);
  const Tensor lengths({batch}, DType::i32);
  lengths.fill(static_cast<std::int32_t>(length));
  const MaskedSoftmaxForward forward{
      .x = x.view(), .lengths = lengths.view(), .y = y.view(), .scale = 0.125F};
  if (pass == Pass::forward) return bench::run(state, forward, Bound::copy);
  bench::context().run(forward);
  bench::run(state,
             MaskedSoftmaxBackward{.dy = x.view(),
                                   .y = y.view(),
                                   .lengths = lengths.view(),
                                   .dx = dx.view(),
                                   .scale = 0.125F},
             Bound::copy);
}

void add(const Model& model, DType type, Pass pass) {
  const std::string name = std::string("masked_softmax/") + model.name +
                           (pass == Pass::forward ? "/forward/" : "/backward/") +
                           std::string(to_string(type));
  benchmark::RegisterBenchmark(name.c_str(),
                               [=](benchmark::State& state) { softmax(state, model, type, pass); })
      ->Unit(benchmark::kMicrosecond)
      ->Apply(bench::timing);
}

const bool registered = [] {
  for (const DType type : {DType::f32, DType::bf16})
    for (const Model& model : models) {
      add(model, type, Pass::forward);
      add(model, type, Pass::backward);
    }
  return true;
}();

}  // namespace
