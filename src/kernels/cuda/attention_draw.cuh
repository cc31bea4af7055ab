#pragma once

#include "kernels/cuda/dropout.cuh"

namespace electra::cuda {

/// The dropout of attention probabilities.
struct AttentionDropout {
  Draw draw;
  math::DropoutRate rate;

  __device__ bool active() const { return rate.threshold > 0; }

  /// What the probability of (sequence, head, query, key) is multiplied by.
  __device__ float factor(int sequence, int head, int query, int key) const {
    if (!active()) return 1;
    const std::uint32_t block =
        math::attention_block(static_cast<std::uint32_t>(head), static_cast<std::uint32_t>(query),
                              static_cast<std::uint32_t>(key));
    return factor_of(draw.words(block, static_cast<std::uint32_t>(sequence)), key);
  }
  /// The same, from the words of the block that the key's number lies in.
  __device__ float factor_of(const math::Words4& words, int key) const {
    if (!active()) return 1;
    const int number = math::attention_number(static_cast<std::uint32_t>(key));
    return math::half(words, number) >= rate.threshold ? rate.scale : 0.0F;
  }
};

[[nodiscard]] inline AttentionDropout attention_dropout(const RandomKey& key, float p) {
  return {draw_of(key), math::dropout_rate(p)};
}

/// The extents of one attention call.
struct AttentionExtents {
  int length, heads, width, hidden;  // width: of a head

  /// Offset of a row of one head in [batch, length, 3 * hidden]: part 0 queries, 1 keys, 2 values.
  __device__ Index qkv(int sequence, int row, int head, int part) const {
    return (static_cast<Index>(sequence) * length + row) * 3 * hidden + part * hidden +
           head * width;
  }
  /// The same in [batch, length, hidden].
  __device__ Index out(int sequence, int row, int head) const {
    return (static_cast<Index>(sequence) * length + row) * hidden + head * width;
  }
  /// The same in [batch, heads, length].
  __device__ Index statistics(int sequence, int head, int row) const {
    return (static_cast<Index>(sequence) * heads + head) * length + row;
  }
  __device__ int used(const std::int32_t* lengths, int sequence) const {
    const int keys = lengths[sequence];
    return keys < 0 ? 0 : keys < length ? keys : length;
  }
};

/// What the kernels of the backward read besides tensors of activations.
struct AttentionBackwardInputs {
  const std::int32_t* lengths;
  const float* log_sum_exp;
  const float* dots = nullptr;  // [batch, heads, length]: rowsum(dout * out); the plain path's
  AttentionExtents e;
  float scale;
  AttentionDropout dropout;
};

}  // namespace electra::cuda
