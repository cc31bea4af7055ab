#include <string>

#include "electra/kernels/matmul.h"
#include "electra/kernels/packed_linear.h"
#include "support/run.h"

/// The linear layers of MiniLM and of ELECTRA-Base in inference: one text of 16 tokens, or a batch.
/// Each format, and beside them the product over a weight that lies as it was trained.
namespace electra::bench {
namespace {

struct Layer {
  const char* name;
  Index in, out;
  std::optional<Gelu> activation;
};

constexpr Layer layers[] = {
    {"minilm/query_key_value", 384, 1152, {}},        {"minilm/attention_out", 384, 384, {}},
    {"minilm/feed_forward_in", 384, 1536, Gelu::erf}, {"minilm/feed_forward_out", 1536, 384, {}},
    {"base/feed_forward_in", 768, 3072, Gelu::erf},
};

class PackedCase {
 public:
  PackedCase(const Layer& layer, Index rows, WeightFormat format)
      : x_({rows, layer.in}, DType::f32),
        plain_({layer.out, layer.in}, DType::f32, 0.02),
        bias_({layer.out}, DType::f32),
        y_({rows, layer.out}, DType::f32),
        words_({packed_words(format, layer.out, layer.in)}, DType::i32),
        scales_({packed_scales(WeightFormat::int8, layer.out, layer.in)}, DType::f32),
        sums_({packed_scales(WeightFormat::int8, layer.out, layer.in)}, DType::f32),
        activation_(layer.activation),
        weight_{.format = format, .out = layer.out, .in = layer.in, .words = words_.view()} {
    if (format == WeightFormat::int8) {
      weight_.scales = scales_.view();
      weight_.sums = sums_.view();
    }
    pack_weight(plain_.view(), weight_);
  }

  [[nodiscard]] PackedLinear packed() const {
    return {.x = x_.view(),
            .weight = weight_,
            .bias = bias_.view(),
            .y = y_.view(),
            .activation = activation_};
  }
  [[nodiscard]] Matmul plain() const {
    return {.a = x_.view(),
            .b = plain_.view(),
            .c = y_.view(),
            .bias = bias_.view(),
            .transpose_b = Transpose::yes};
  }

 private:
  Tensor x_, plain_, bias_, y_, words_, scales_, sums_;
  std::optional<Gelu> activation_;
  PackedWeight weight_;
};

std::string name_of(const Layer& layer, Index rows, std::string_view form) {
  return "packed_linear/" + std::string(layer.name) + "/" + std::to_string(rows) + "/" +
         std::string(form);
}

const bool registered = [] {
  if (on_gpu()) return false;
  for (const Layer& layer : layers)
    for (const Index rows : {Index{16}, Index{256}}) {
      for (const WeightFormat format :
           {WeightFormat::f32, WeightFormat::bf16, WeightFormat::int8}) {
        const auto form = enum_names(format)[static_cast<std::size_t>(format)];
        benchmark::RegisterBenchmark(name_of(layer, rows, form).c_str(),
                                     [=](benchmark::State& state) {
                                       const PackedCase c(layer, rows, format);
                                       run(state, c.packed(), Bound::matrix);
                                     })
            ->Unit(benchmark::kMicrosecond)
            ->Apply(timing);
      }
      benchmark::RegisterBenchmark(name_of(layer, rows, "plain").c_str(),
                                   [=](benchmark::State& state) {
                                     const PackedCase c(layer, rows, WeightFormat::f32);
                                     run(state, c.plain(), Bound::matrix);
                                   })
          ->Unit(benchmark::kMicrosecond)
          ->Apply(timing);
    }
  return true;
}();

}  // namespace
}  // namespace electra::bench
