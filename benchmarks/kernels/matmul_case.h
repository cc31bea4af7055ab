#pragma once

#include <string>

#include "electra/kernels/matmul.h"
#include "support/tensor.h"

namespace electra::bench {

/// A linear layer, [rows, in] to [rows, out].
struct LinearLayer {
  const char* name;
  Index rows, in, out;
};

inline const LinearLayer linear_layers[] = {
    {"small/query_key_value", tokens(), 256, 768},
    {"small/attention_out", tokens(), 256, 256},
    {"small/feed_forward_in", tokens(), 256, 1024},
    {"small/feed_forward_out", tokens(), 1024, 256},
    {"small/embedding_projection", tokens(), 128, 256},
    {"small/vocabulary", masked_positions(), 128, 30528},
    {"small_generator/query_key_value", tokens(), 64, 192},
    {"small_generator/feed_forward_in", tokens(), 64, 256},
    {"small_generator/feed_forward_out", tokens(), 256, 64},
    {"base/query_key_value", tokens(), 768, 2304},
    {"base/attention_out", tokens(), 768, 768},
    {"base/feed_forward_in", tokens(), 768, 3072},
    {"base/feed_forward_out", tokens(), 3072, 768},
};

/// Which of a layer's three products.
enum class Product { forward, input_gradient, weight_gradient };

/// Owns the tensors of a layer's products.
class LinearCase {
 public:
  LinearCase(const LinearLayer& layer, DType dtype)
      : x_({layer.rows, layer.in}, dtype),
        weight_({layer.out, layer.in}, dtype, 0.02),
        dy_({layer.rows, layer.out}, dtype),
        y_({layer.rows, layer.out}, dtype),
        dx_({layer.rows, layer.in}, dtype),
        bias_({layer.out}, DType::f32),
        gradient_({layer.out, layer.in}, DType::f32) {}

  [[nodiscard]] Matmul kernel(Product product) const {
    if (product == Product::forward)
      return {.a = x_.view(),
              .b = weight_.view(),
              .c = y_.view(),
              .bias = bias_.view(),
              .transpose_b = Transpose::yes};
    if (product == Product::input_gradient)
      return {.a = dy_.view(), .b = weight_.view(), .c = dx_.view()};
    return {.a = dy_.view(),
            .b = x_.view(),
            .c = gradient_.view(),
            .transpose_a = Transpose::yes,
            .write = Write::add};
  }

 private:
  Tensor x_, weight_, dy_, y_, dx_, bias_, gradient_;
};

/// "matmul/base/attention_out/forward/bf16".
[[nodiscard]] inline std::string matmul_name(const LinearLayer& layer, DType dtype,
                                             Product product) {
  constexpr const char* names[] = {"forward", "input_gradient", "weight_gradient"};
  return std::string("matmul/") + layer.name + "/" + names[static_cast<int>(product)] + "/" +
         std::string(to_string(dtype));
}

}  // namespace electra::bench
