#include "cudnn/graph.h"

#include <utility>

namespace electra::bench::cudnn {

namespace {

constexpr std::int64_t most_proposals = 8;

Descriptor finished_plan(const Descriptor& proposal) {
  Descriptor plan(CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR);
  plan.set_handle(CUDNN_ATTR_EXECUTION_PLAN_HANDLE)
      .set(CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, proposal)
      .finalize();
  return plan;
}

std::vector<Descriptor> proposals(const Descriptor& graph, cudnnBackendHeurMode_t mode) {
  Descriptor heuristic(CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR);
  heuristic.set(CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, graph)
      .set(CUDNN_ATTR_ENGINEHEUR_MODE, CUDNN_TYPE_HEUR_MODE, mode)
      .finalize();
  std::vector<Descriptor> found;
  std::vector<cudnnBackendDescriptor_t> raw;
  for (std::int64_t i = 0; i < most_proposals; ++i)
    raw.push_back(found.emplace_back(CUDNN_BACKEND_ENGINECFG_DESCRIPTOR).get());
  std::int64_t count = 0;
  check(cudnnBackendGetAttribute(heuristic.get(), CUDNN_ATTR_ENGINEHEUR_RESULTS,
                                 CUDNN_TYPE_BACKEND_DESCRIPTOR, most_proposals, &count, raw.data()),
        "the heuristic's results");
  while (static_cast<std::int64_t>(found.size()) > count) found.pop_back();
  return found;
}

std::int64_t workspace_bytes(const Descriptor& plan) {
  std::int64_t bytes = 0, count = 0;
  check(cudnnBackendGetAttribute(plan.get(), CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE,
                                 CUDNN_TYPE_INT64, 1, &count, &bytes),
        "the plan's workspace");
  return bytes;
}

}  // namespace

Extents dense(const Extents& e) { return {e[1] * e[2] * e[3], e[2] * e[3], e[3], 1}; }

Plan::Plan(Descriptor plan, const std::map<std::int64_t, void*>& data)
    : plan_(std::move(plan)),
      workspace_(context(), workspace_bytes(plan_)),
      pack_(CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR) {
  std::vector<std::int64_t> ids;
  std::vector<void*> pointers;
  for (const auto& [id, pointer] : data) {
    ids.push_back(id);
    pointers.push_back(pointer);
  }
  void* const workspace = workspace_.data();
  pack_.set(CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, ids)
      .set(CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, pointers)
      .set(CUDNN_ATTR_VARIANT_PACK_WORKSPACE, std::span<void* const>(&workspace, 1))
      .finalize();
}

void Plan::run() const {
  check(cudnnBackendExecute(handle(), plan_.get(), pack_.get()), "cudnnBackendExecute");
}

Node Graph::make(const Extents& extents, const Extents& strides, DType dtype, Kind kind) {
  Descriptor& made = tensors_.emplace_back(CUDNN_BACKEND_TENSOR_DESCRIPTOR);
  made.set(CUDNN_ATTR_TENSOR_DATA_TYPE, CUDNN_TYPE_DATA_TYPE, type_of(dtype))
      .set(CUDNN_ATTR_TENSOR_DIMENSIONS, extents)
      .set(CUDNN_ATTR_TENSOR_STRIDES, strides)
      .set(CUDNN_ATTR_TENSOR_UNIQUE_ID, static_cast<std::int64_t>(tensors_.size()))
      .set(CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, kind == Kind::by_value ? size_of(dtype) : 16);
  if (kind == Kind::temporary) made.set_flag(CUDNN_ATTR_TENSOR_IS_VIRTUAL);
  if (kind == Kind::by_value) made.set_flag(CUDNN_ATTR_TENSOR_IS_BY_VALUE);
  made.finalize();
  return {.extents = extents, .strides = strides, .descriptor = &made};
}

Node Graph::tensor(const void* data, const Extents& extents, const Extents& strides, DType dtype) {
  const Node made = make(extents, strides, dtype, Kind::in_memory);
  data_[static_cast<std::int64_t>(tensors_.size())] = const_cast<void*>(data);
  return made;
}

Node Graph::scalar(float value) {
  const Node made = make({1, 1, 1, 1}, {1, 1, 1, 1}, DType::f32, Kind::by_value);
  data_[static_cast<std::int64_t>(tensors_.size())] = &scalars_.emplace_back(value);
  return made;
}

Node Graph::pointwise(cudnnPointwiseMode_t mode, const Node& x, DType result) {
  const Node y = temporary(x.extents, result);
  pointwise_into(mode, x, nullptr, y);
  return y;
}

Node Graph::pointwise(cudnnPointwiseMode_t mode, const Node& x, const Node& b, DType result) {
  const Node y = temporary(x.extents, result);
  pointwise_into(mode, x, &b, y);
  return y;
}

void Graph::pointwise_into(cudnnPointwiseMode_t mode, const Node& x, const Node* b, const Node& y) {
  Descriptor what(CUDNN_BACKEND_POINTWISE_DESCRIPTOR);
  what.set(CUDNN_ATTR_POINTWISE_MODE, CUDNN_TYPE_POINTWISE_MODE, mode)
      .set(CUDNN_ATTR_POINTWISE_MATH_PREC, CUDNN_TYPE_DATA_TYPE, CUDNN_DATA_FLOAT)
      .finalize();
  Descriptor operation(CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR);
  operation.set(CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR, what)
      .set(CUDNN_ATTR_OPERATION_POINTWISE_XDESC, *x.descriptor)
      .set(CUDNN_ATTR_OPERATION_POINTWISE_YDESC, *y.descriptor);
  if (b != nullptr) operation.set(CUDNN_ATTR_OPERATION_POINTWISE_BDESC, *b->descriptor);
  add(std::move(operation));
}

Node Graph::reduce(cudnnReduceTensorOp_t mode, const Node& x) {
  const Node y = temporary({x.extents[0], x.extents[1], x.extents[2], 1}, DType::f32);
  Descriptor what(CUDNN_BACKEND_REDUCTION_DESCRIPTOR);
  what.set(CUDNN_ATTR_REDUCTION_OPERATOR, CUDNN_TYPE_REDUCTION_OPERATOR_TYPE, mode)
      .set(CUDNN_ATTR_REDUCTION_COMP_TYPE, CUDNN_TYPE_DATA_TYPE, CUDNN_DATA_FLOAT)
      .finalize();
  Descriptor operation(CUDNN_BACKEND_OPERATION_REDUCTION_DESCRIPTOR);
  operation.set(CUDNN_ATTR_OPERATION_REDUCTION_DESC, what)
      .set(CUDNN_ATTR_OPERATION_REDUCTION_XDESC, *x.descriptor)
      .set(CUDNN_ATTR_OPERATION_REDUCTION_YDESC, *y.descriptor);
  add(std::move(operation));
  return y;
}

Node Graph::multiply(const Node& a, const Node& b) {
  const Node c = temporary({a.extents[0], a.extents[1], a.extents[2], b.extents[3]}, DType::f32);
  multiply_into(a, b, c);
  return c;
}

void Graph::multiply_into(const Node& a, const Node& b, const Node& c) {
  Descriptor what(CUDNN_BACKEND_MATMUL_DESCRIPTOR);
  what.set(CUDNN_ATTR_MATMUL_COMP_TYPE, CUDNN_TYPE_DATA_TYPE, CUDNN_DATA_FLOAT).finalize();
  Descriptor operation(CUDNN_BACKEND_OPERATION_MATMUL_DESCRIPTOR);
  operation.set(CUDNN_ATTR_OPERATION_MATMUL_DESC, what)
      .set(CUDNN_ATTR_OPERATION_MATMUL_ADESC, *a.descriptor)
      .set(CUDNN_ATTR_OPERATION_MATMUL_BDESC, *b.descriptor)
      .set(CUDNN_ATTR_OPERATION_MATMUL_CDESC, *c.descriptor);
  add(std::move(operation));
}

Node Graph::transpose(const Node& x, DType result) {
  const auto swap_last = [](Extents e) {
    std::swap(e[2], e[3]);
    return e;
  };
  const Node y = make(swap_last(x.extents), swap_last(x.strides), result, Kind::temporary);
  Descriptor operation(CUDNN_BACKEND_OPERATION_RESHAPE_DESCRIPTOR);
  operation.set(CUDNN_ATTR_OPERATION_RESHAPE_XDESC, *x.descriptor)
      .set(CUDNN_ATTR_OPERATION_RESHAPE_YDESC, *y.descriptor);
  add(std::move(operation));
  return y;
}

void Graph::add(Descriptor operation) {
  operation.finalize();
  operations_.push_back(std::move(operation));
}

Plan Graph::plan() {
  Descriptor graph(CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR);
  graph.set_handle(CUDNN_ATTR_OPERATIONGRAPH_HANDLE)
      .set(CUDNN_ATTR_OPERATIONGRAPH_OPS, operations_)
      .finalize();
  std::string refusals;
  for (const cudnnBackendHeurMode_t mode : {CUDNN_HEUR_MODE_A, CUDNN_HEUR_MODE_FALLBACK}) try {
      for (const Descriptor& proposal : proposals(graph, mode)) try {
          return {finished_plan(proposal), data_};
        } catch (const Refusal& refusal) {
          refusals += std::string("\n") + refusal.what();
        }
    } catch (const Refusal& refusal) {
      refusals += std::string("\n") + refusal.what();
    }
  throw Refusal("cuDNN has no plan for this graph" + refusals);
}

}  // namespace electra::bench::cudnn
