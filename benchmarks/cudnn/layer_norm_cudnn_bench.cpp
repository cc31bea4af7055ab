/// Layer norm by cuDNN, under the names of kernels/layer_norm_bench. Gain and bias are in the
/// activations' dtype: only then does cuDNN offer its fastest engines.

#include "cudnn/graph.h"
#include "cudnn/run.h"
#include "electra/kernels/layer_norm.h"

namespace electra::bench {
namespace {

using cudnn::Descriptor;
using cudnn::Graph;
using cudnn::Node;

/// The tensors of a layer norm as nodes: rows are examples, columns channels.
struct Norm {
  Norm(Index row_count, Index column_count, DType type)
      : rows(row_count), width(column_count), dtype(type) {}

  Node matrix(const Tensor& t) {
    return graph.tensor(t.view().raw(), {rows, width, 1, 1}, {width, 1, 1, 1}, dtype);
  }
  Node column(const Tensor& t) {
    return graph.tensor(t.view().raw(), {rows, 1, 1, 1}, {1, 1, 1, 1}, DType::f32);
  }
  Node row(const Tensor& t) {
    return graph.tensor(t.view().raw(), {1, width, 1, 1}, {width, 1, 1, 1}, dtype);
  }
  std::function<void()> planned(Descriptor operation) {
    graph.add(std::move(operation));
    const auto plan = std::make_shared<cudnn::Plan>(graph.plan());
    return [plan] { plan->run(); };
  }

  Index rows, width;
  DType dtype;
  Graph graph;
};

void forward(benchmark::State& state, DType dtype) {
  const Index rows = tokens(), width = state.range(0);
  const Tensor x({rows, width}, dtype), gain({width}, dtype), bias({width}, dtype),
      y({rows, width}, dtype), mean({rows}, DType::f32), rstd({rows}, DType::f32);
  const LayerNormForward kernel{
      .x = x, .gain = gain, .bias = bias, .y = y, .mean = mean, .rstd = rstd};
  Norm norm(rows, width, dtype);
  cudnn::run(state, kernel.cost(), Bound::copy, [&] {
    Descriptor d(CUDNN_BACKEND_OPERATION_NORM_FORWARD_DESCRIPTOR);
    d.set(CUDNN_ATTR_OPERATION_NORM_FWD_MODE, CUDNN_TYPE_NORM_MODE, CUDNN_LAYER_NORM)
        .set(CUDNN_ATTR_OPERATION_NORM_FWD_PHASE, CUDNN_TYPE_NORM_FWD_PHASE,
             CUDNN_NORM_FWD_TRAINING)
        .set(CUDNN_ATTR_OPERATION_NORM_FWD_XDESC, *norm.matrix(x).descriptor)
        .set(CUDNN_ATTR_OPERATION_NORM_FWD_SCALE_DESC, *norm.row(gain).descriptor)
        .set(CUDNN_ATTR_OPERATION_NORM_FWD_BIAS_DESC, *norm.row(bias).descriptor)
        .set(CUDNN_ATTR_OPERATION_NORM_FWD_EPSILON_DESC,
             *norm.graph.scalar(kernel.epsilon).descriptor)
        .set(CUDNN_ATTR_OPERATION_NORM_FWD_YDESC, *norm.matrix(y).descriptor)
        .set(CUDNN_ATTR_OPERATION_NORM_FWD_MEAN_DESC, *norm.column(mean).descriptor)
        .set(CUDNN_ATTR_OPERATION_NORM_FWD_INV_VARIANCE_DESC, *norm.column(rstd).descriptor);
    return norm.planned(std::move(d));
  });
}

void backward(benchmark::State& state, DType dtype) {
  const Index rows = tokens(), width = state.range(0);
  const Tensor dy({rows, width}, dtype), x({rows, width}, dtype), gain({width}, dtype),
      mean({rows}, DType::f32), rstd({rows}, DType::f32), dx({rows, width}, dtype),
      dgain({width}, dtype), dbias({width}, dtype);
  const LayerNormBackward kernel{.dy = dy,
                                 .x = x,
                                 .gain = gain,
                                 .mean = mean,
                                 .rstd = rstd,
                                 .dx = {dx.view()},
                                 .dgain = dgain,
                                 .dbias = dbias};
  Norm norm(rows, width, dtype);
  cudnn::run(state, kernel.cost(), Bound::copy, [&] {
    Descriptor d(CUDNN_BACKEND_OPERATION_NORM_BACKWARD_DESCRIPTOR);
    d.set(CUDNN_ATTR_OPERATION_NORM_BWD_MODE, CUDNN_TYPE_NORM_MODE, CUDNN_LAYER_NORM)
        .set(CUDNN_ATTR_OPERATION_NORM_BWD_DYDESC, *norm.matrix(dy).descriptor)
        .set(CUDNN_ATTR_OPERATION_NORM_BWD_XDESC, *norm.matrix(x).descriptor)
        .set(CUDNN_ATTR_OPERATION_NORM_BWD_SCALE_DESC, *norm.row(gain).descriptor)
        .set(CUDNN_ATTR_OPERATION_NORM_BWD_MEAN_DESC, *norm.column(mean).descriptor)
        .set(CUDNN_ATTR_OPERATION_NORM_BWD_INV_VARIANCE_DESC, *norm.column(rstd).descriptor)
        .set(CUDNN_ATTR_OPERATION_NORM_BWD_DXDESC, *norm.matrix(dx).descriptor)
        .set(CUDNN_ATTR_OPERATION_NORM_BWD_DSCALE_DESC, *norm.row(dgain).descriptor)
        .set(CUDNN_ATTR_OPERATION_NORM_BWD_DBIAS_DESC, *norm.row(dbias).descriptor);
    return norm.planned(std::move(d));
  });
}

BENCHMARK_CAPTURE(forward, f32, DType::f32)->Arg(64)->Arg(256)->Arg(768)->Apply(timing);
BENCHMARK_CAPTURE(forward, bf16, DType::bf16)->Arg(64)->Arg(256)->Arg(768)->Apply(timing);
BENCHMARK_CAPTURE(backward, f32, DType::f32)->Arg(64)->Arg(256)->Arg(768)->Apply(timing);
BENCHMARK_CAPTURE(backward, bf16, DType::bf16)->Arg(64)->Arg(256)->Arg(768)->Apply(timing);

}  // namespace
}  // namespace electra::bench
