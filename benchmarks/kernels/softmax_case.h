#pragma once

#include <string>

#include "electra/kernels/softmax.h"
#include "support/tensor.h"

namespace electra::bench {

struct SoftmaxModel {
  const char* name;
  Index batch, heads, length;
};

inline const SoftmaxModel softmax_models[] = {{"small/128", tokens() / 128, 4, 128},
                                              {"base/128", tokens() / 128, 12, 128},
                                              {"small/512", tokens() / 512, 4, 512}};

/// Owns the tensors of a masked softmax, forward and backward; whole sequences.
class SoftmaxCase {
 public:
  SoftmaxCase(const SoftmaxModel& model, DType dtype)
      : x_({model.batch, model.heads, model.length, model.length}, dtype),
        y_(x_.view().shape(), dtype),
        dx_(x_.view().shape(), dtype),
        lengths_({model.batch}, DType::i32) {
    lengths_.fill(static_cast<std::int32_t>(model.length));
  }

  [[nodiscard]] MaskedSoftmaxForward forward() const {
    return {.x = x_.view(), .lengths = lengths_.view(), .y = y_.view(), .scale = 0.125F};
  }
  [[nodiscard]] MaskedSoftmaxBackward backward() const {
    return {.dy = x_.view(),
            .y = y_.view(),
            .lengths = lengths_.view(),
            .dx = dx_.view(),
            .scale = 0.125F};
  }

 private:
  Tensor x_, y_, dx_, lengths_;
};

enum class Pass { forward, backward };

/// "masked_softmax/base/128/forward/bf16".
[[nodiscard]] inline std::string softmax_name(const SoftmaxModel& model, DType dtype, Pass pass) {
  return std::string("masked_softmax/") + model.name +
         (pass == Pass::forward ? "/forward/" : "/backward/") + std::string(to_string(dtype));
}

}  // namespace electra::bench
