#pragma once

#include "cudnn/graph.h"
#include "electra/kernels/attention.h"

namespace electra::bench::cudnn {

/// Attention over whole sequences as cuDNN does it: the same tensors as the kernel's, in bf16,
/// without dropout and without a mask. The statistics are log-sum-exps, as ours are.
class AttentionGraph {
 public:
  explicit AttentionGraph(const AttentionForward& kernel);
  explicit AttentionGraph(const AttentionBackward& kernel);

  [[nodiscard]] Plan plan() { return graph_.plan(); }

 private:
  explicit AttentionGraph(const ConstTensorView& qkv, const TextRows& rows, Index heads);
  /// One of queries, keys and values, [batch, heads, length, width], out of [rows, 3 H].
  [[nodiscard]] Node part(const ConstTensorView& qkv, Index which);
  [[nodiscard]] Node keys_transposed(const ConstTensorView& qkv, Index which);
  [[nodiscard]] Node output(const ConstTensorView& out);
  [[nodiscard]] Node statistics(const ConstTensorView& log_sum_exp);
  /// The scaled scores.
  [[nodiscard]] Node scores(const Node& queries, const Node& keys);

  Index batch_, length_, heads_, width_;
  DType dtype_;
  Graph graph_;
  Node scale_;
  Buffer row_sums_, dqueries_;  // what the backward keeps between its parts
};

}  // namespace electra::bench::cudnn
