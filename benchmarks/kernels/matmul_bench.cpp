#include "electra/kernels/matmul.h"
#include "support/run.h"

namespace {

using namespace electra;
using bench::Bound;
using bench::Tensor;

const Index rows = bench::tokens();

enum class Pass { forward, input_gradient, weight_gradient };

/// The three products of a linear layer, [rows, in] to [rows, out].
void linear(benchmark::State& state, DType type, Pass pass, Index count, Index in, Index out) {
  const Tensor x({count, in}, type), weight({out, in}, type, 0.02), dy({count, out}, type);
  const Tensor y({count, out}, type), dx({count, in}, type), bias({out}, DType::f32);
  const Tensor gradient({out, in}, DType::f32);
  Matmul kernel{.a = dy.view(), .b = weight.view(), .c = dx.view()};
  if (pass == Pass::forward)
    kernel = {.a = x.view(),
              .b = weight.view(),
              .c = y.view(),
              .bias = bias.view(),
              .transpose_b = Transpose::yes};
  if (pass == Pass::weight_gradient)
    kernel = {.a = dy.view(),
              .b = x.view(),
              .c = gradient.view(),
              .transpose_a = Transpose::yes,
              .write = Write::add};
  bench::run(state, kernel, bench::matrix_bound(type));
}

struct Layer {
  const char* name;
  Index rows, in, out;
};

const Layer layers[] = {
    {"small/query_key_value", rows, 256, 768},
    {"small/attention_out", rows, 256, 256},
    {"small/feed_forward_in", rows, 256, 1024},
    {"small/feed_forward_out", rows, 1024, 256},
    {"small/embedding_projection", rows, 128, 256},
    {"small/vocabulary", bench::masked_positions(), 128, 30528},
    {"small_generator/query_key_value", rows, 64, 192},
    {"small_generator/feed_forward_in", rows, 64, 256},
    {"small_generator/feed_forward_out", rows, 256, 64},
    {"base/query_key_value", rows, 768, 2304},
    {"base/attention_out", rows, 768, 768},
    {"base/feed_forward_in", rows, 768, 3072},
    {"base/feed_forward_out", rows, 3072, 768},
};

void add(const Layer& layer, DType type, Pass pass, const char* pass_name) {
  const std::string name =
      std::string("matmul/") + layer.name + "/" + pass_name + "/" + std::string(to_string(type));
  benchmark::RegisterBenchmark(
      name.c_str(),
      [=](benchmark::State& state) { linear(state, type, pass, layer.rows, layer.in, layer.out); })
      ->Unit(benchmark::kMicrosecond)
      ->Apply(bench::timing);
}

const bool registered = [] {
  for (const DType type : {DType::f32, DType::bf16})
    for (const Layer& layer : layers) {
      add(layer, type, Pass::forward, "forward");
      add(layer, type, Pass::input_gradient, "input_gradient");
      add(layer, type, Pass::weight_gradient, "weight_gradient");
    }
  return true;
}();

}  // namespace
