#include "cudnn/attention.h"

#include <cmath>
#include <utility>

namespace electra::bench::cudnn {

namespace {

constexpr Index queries_at = 0, keys_at = 1, values_at = 2;

}  // namespace

AttentionGraph::AttentionGraph(const ConstTensorView& qkv, const TextRows& rows, Index heads)
    : batch_(rows.batch),
      length_(rows.length),
      heads_(heads),
      width_(qkv.shape()[1] / 3 / heads),
      dtype_(qkv.dtype()),
      scale_(graph_.scalar(1 / std::sqrt(static_cast<float>(width_)))) {}

// cuDNN knows attention by the shape of its graph: softmax spelled out between two products.
AttentionGraph::AttentionGraph(const AttentionForward& k) : AttentionGraph(k.qkv, k.rows, k.heads) {
  const Node scores = this->scores(part(k.qkv, queries_at), keys_transposed(k.qkv, keys_at));
  const Node most = graph_.reduce(CUDNN_REDUCE_TENSOR_MAX, scores);
  const Node below = graph_.pointwise(CUDNN_POINTWISE_SUB, scores, most);
  const Node powers = graph_.pointwise(CUDNN_POINTWISE_EXP, below);
  const Node sum = graph_.reduce(CUDNN_REDUCE_TENSOR_ADD, powers);
  const Node log = graph_.pointwise(CUDNN_POINTWISE_LOG, sum);
  graph_.pointwise_into(CUDNN_POINTWISE_ADD, most, &log, statistics(k.log_sum_exp));
  const Node weights = graph_.pointwise(CUDNN_POINTWISE_DIV, powers, sum, dtype_);
  graph_.multiply_into(weights, part(k.qkv, values_at), output(k.out));
}

// The weights are drawn up again from the statistics. Row sums of dout out, and dqueries in f32,
// lie in memory: cuDNN's kernels hand them on.
AttentionGraph::AttentionGraph(const AttentionBackward& k)
    : AttentionGraph(k.qkv, k.rows, k.heads) {
  const Extents column{batch_, heads_, length_, 1}, shape{batch_, heads_, length_, width_};
  row_sums_ = Buffer(context(), k.log_sum_exp.bytes());
  dqueries_ = Buffer(context(), k.dout.size() * size_of(DType::f32));
  const Node queries = part(k.qkv, queries_at), keys = keys_transposed(k.qkv, keys_at);
  const Node dout = output(k.dout);

  const Node products = graph_.pointwise(CUDNN_POINTWISE_MUL, dout, output(k.out));
  const Node one = graph_.scalar(1);
  const Node sums = graph_.reduce(CUDNN_REDUCE_TENSOR_ADD, products);
  const Node row_sums = graph_.tensor(row_sums_.data(), column, dense(column), DType::f32);
  graph_.pointwise_into(CUDNN_POINTWISE_MUL, sums, &one, row_sums);

  const Node below =
      graph_.pointwise(CUDNN_POINTWISE_SUB, scores(queries, keys), statistics(k.log_sum_exp));
  const Node weights = graph_.pointwise(CUDNN_POINTWISE_EXP, below);
  graph_.multiply_into(graph_.transpose(weights, dtype_), dout, part(k.dqkv, values_at));

  const Node dweights = graph_.multiply(dout, keys_transposed(k.qkv, values_at));
  const Node centred = graph_.pointwise(CUDNN_POINTWISE_SUB, dweights, row_sums);
  const Node dscores = graph_.pointwise(CUDNN_POINTWISE_MUL, centred, weights);
  const Node scaled = graph_.pointwise(CUDNN_POINTWISE_MUL, dscores, scale_);
  graph_.multiply_into(graph_.transpose(scaled, dtype_), queries, part(k.dqkv, keys_at));

  const Node dqueries = graph_.tensor(dqueries_.data(), shape, dense(shape), DType::f32);
  graph_.multiply_into(scaled, graph_.transpose(keys, dtype_), dqueries);
  graph_.pointwise_into(CUDNN_POINTWISE_IDENTITY, dqueries, nullptr, part(k.dqkv, queries_at));
}

Node AttentionGraph::part(const ConstTensorView& qkv, Index which) {
  const Index hidden = heads_ * width_;
  const auto* data = static_cast<const std::byte*>(qkv.raw()) + which * hidden * size_of(dtype_);
  return graph_.tensor(data, {batch_, heads_, length_, width_},
                       {length_ * 3 * hidden, width_, 3 * hidden, 1}, dtype_);
}

Node AttentionGraph::keys_transposed(const ConstTensorView& qkv, Index which) {
  const Index hidden = heads_ * width_;
  const auto* data = static_cast<const std::byte*>(qkv.raw()) + which * hidden * size_of(dtype_);
  return graph_.tensor(data, {batch_, heads_, width_, length_},
                       {length_ * 3 * hidden, width_, 1, 3 * hidden}, dtype_);
}

Node AttentionGraph::output(const ConstTensorView& out) {
  const Index hidden = heads_ * width_;
  return graph_.tensor(out.raw(), {batch_, heads_, length_, width_},
                       {length_ * hidden, width_, hidden, 1}, dtype_);
}

Node AttentionGraph::statistics(const ConstTensorView& log_sum_exp) {
  const Extents shape{batch_, heads_, length_, 1};
  return graph_.tensor(log_sum_exp.raw(), shape, dense(shape), DType::f32);
}

Node AttentionGraph::scores(const Node& queries, const Node& keys) {
  return graph_.pointwise(CUDNN_POINTWISE_MUL, graph_.multiply(queries, keys), scale_);
}

}  // namespace electra::bench::cudnn
