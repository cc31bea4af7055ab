#include "electra/kernels/attention.h"
#include "support/run.h"

namespace {

using namespace electra;
using bench::Bound;
using bench::Tensor;

enum class Pass { forward, backward };

struct Model {
  const char* name;
  Index batch, length, heads, width;
};

const Index sequences = bench::tokens() / 128;

const Model models[] = {{"small/128", sequences, 128, 4, 64},
                        {"small/512", sequences / 4, 512, 4, 64},
                        {"small_generator/128", sequences, 128, 1, 64},
                        {"base/128", sequences, 128, 12, 64},
                        {"base/512", sequences / 4, 512, 12, 64}};

void attention(benchmark::State& state, const Model& model, DType type, float dropout, Pass pass) {
  const auto [name, batch, length, heads, width] = model;
  const Index hidden = heads * width;
  const Tensor qkv({batch, length, 3 * hidden}, type), out({batch, length, hidden}, type);
  const Tensor dout({batch, length, hidden}, type), dqkv({batch, length, 3 * hidden}, type);
  const Tensor log_sum_exp({batch, heads, length}, DType::f32);
  const Tensor lengths({batch}, DType::i32), step({1}, DType::i32);
  lengths.fill(static_cast<std::int32_t>(length));
  const RandomKey random{.seed = 1, .step = step.view(), .first_example = 0, .site = {}};
  const AttentionForward forward{.qkv = qkv.view(),
                                 .lengths = lengths.view(),
                                 .out = out.view(),
                                 .log_sum_exp = log_sum_exp.view(),
                                 .heads = heads,
                                 .dropout = dropout,
                                 .random = random};
  bench::context().run(forward);
  if (pass == Pass::forward) return bench::run(state, forward, bench::matrix_bound(type));
  const AttentionBackward backward{.dout = dout.view(),
                                   .qkv = qkv.view(),
                                   .out = out.view(),
                                   .log_sum_exp = log_sum_exp.view(),
                                   .lengths = lengths.view(),
                                   .dqkv = dqkv.view(),
                                   .heads = heads,
                                   .dropout = dropout,
                                   .random = random};
  bench::run(state, backward, bench::matrix_bound(type));
}

void add(const Model& model, DType type, float dropout, Pass pass) {
  const std::string name = std::string("attention/") + model.name +
                           (pass == Pass::forward ? "/forward/" : "/backward/") +
                           (dropout > 0 ? "dropout/" : "") + std::string(to_string(type));
  benchmark::RegisterBenchmark(
      name.c_str(), [=](benchmark::State& state) { attention(state, model, type, dropout, pass); })
      ->Unit(benchmark::kMicrosecond)
      ->Apply(bench::timing);
}

const bool registered = [] {
  for (const DType type : {DType::f32, DType::bf16})
    for (const Model& model : models)
      for (const float dropout : {0.0F, 0.1F}) {
        add(model, type, dropout, Pass::forward);
        add(model, type, dropout, Pass::backward);
      }
  return true;
}();

}  // namespace
