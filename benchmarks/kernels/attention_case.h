#pragma once

#include <string>

#include "electra/kernels/attention.h"
#include "support/tensor.h"

namespace electra::bench {

struct AttentionModel {
  const char* name;
  Index batch, length, heads, width;
};

inline const AttentionModel attention_models[] = {
    {"small/128", tokens() / 128, 128, 4, 64},
    {"small/512", tokens() / 512, 512, 4, 64},
    {"small_generator/128", tokens() / 128, 128, 1, 64},
    {"base/128", tokens() / 128, 128, 12, 64},
    {"base/512", tokens() / 512, 512, 12, 64}};

/// Owns the tensors of attention, forward and backward; whole sequences.
class AttentionCase {
 public:
  AttentionCase(const AttentionModel& model, DType dtype, float dropout)
      : batch_(model.batch),
        length_(model.length),
        heads_(model.heads),
        dropout_(dropout),
        qkv_({model.batch * model.length, 3 * model.heads * model.width}, dtype),
        out_({model.batch * model.length, model.heads * model.width}, dtype),
        dout_({model.batch * model.length, model.heads * model.width}, dtype),
        dqkv_({model.batch * model.length, 3 * model.heads * model.width}, dtype),
        log_sum_exp_({model.batch, model.heads, model.length}, DType::f32),
        lengths_({model.batch}, DType::i32),
        step_({1}, DType::i32) {
    lengths_.fill(static_cast<std::int32_t>(model.length));
  }

  [[nodiscard]] AttentionForward forward() const {
    return {.qkv = qkv_.view(),
            .rows = rows(),
            .out = out_.view(),
            .log_sum_exp = log_sum_exp_.view(),
            .heads = heads_,
            .dropout = dropout_,
            .random = random()};
  }
  [[nodiscard]] AttentionBackward backward() const {
    return {.dout = dout_.view(),
            .qkv = qkv_.view(),
            .out = out_.view(),
            .log_sum_exp = log_sum_exp_.view(),
            .rows = rows(),
            .dqkv = dqkv_.view(),
            .heads = heads_,
            .dropout = dropout_,
            .random = random()};
  }

 private:
  [[nodiscard]] TextRows rows() const { return {batch_, length_, lengths_.view()}; }
  [[nodiscard]] RandomKey random() const {
    return {.seed = 1, .step = step_.view(), .first_example = 0, .site = {}};
  }

  Index batch_, length_, heads_;
  float dropout_;
  Tensor qkv_, out_, dout_, dqkv_, log_sum_exp_, lengths_, step_;
};

enum class Pass { forward, backward };

/// "attention/base/512/forward/dropout/bf16".
[[nodiscard]] inline std::string attention_name(const AttentionModel& model, DType dtype,
                                                float dropout, Pass pass) {
  return std::string("attention/") + model.name +
         (pass == Pass::forward ? "/forward/" : "/backward/") + (dropout > 0 ? "dropout/" : "") +
         std::string(to_string(dtype));
}

}  // namespace electra::bench
