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
  RowPlaces places;
  int heads, width, hidden;  // width: of a head

  /// Offset of one head at a place of a sequence in [rows, 3 * hidden]: part 0 queries, 1 keys, 2
  /// values.
  __device__ Index qkv(int sequence, int place, int head, int part) const {
    return (static_cast<Index>(places.first_row(sequence)) + place) * 3 * hidden + part * hidden +
           head * width;
  }
  /// The same in [rows, hidden].
  __device__ Index out(int sequence, int place, int head) const {
    return (static_cast<Index>(places.first_row(sequence)) + place) * hidden + head * width;
  }
  /// The same in [batch, heads, length].
  __device__ Index statistics(int sequence, int head, int place) const {
    return (static_cast<Index>(sequence) * heads + head) * places.length + place;
  }

  struct Query {
    int sequence, head, place;
  };
  /// Whose statistics lie there.
  __device__ Query query_of(Index statistics) const {
    return {static_cast<int>(statistics / places.length / heads),
            static_cast<int>(statistics / places.length % heads),
            static_cast<int>(statistics % places.length)};
  }
};

/// What the kernels of the backward read besides tensors of activations.
struct AttentionBackwardInputs {
  const float* log_sum_exp;
  float* dots = nullptr;  // [batch, heads, length]: D; the plain path's
  AttentionExtents e;
  float scale;
  AttentionDropout dropout;
};

}  // namespace electra::cuda
