#pragma once

#include <array>
#include <deque>
#include <map>

#include "cudnn/descriptor.h"
#include "support/tensor.h"

namespace electra::bench::cudnn {

using Extents = std::array<std::int64_t, 4>;

/// Strides of a dense tensor.
[[nodiscard]] Extents dense(const Extents& extents);

/// A tensor of a graph, which owns the descriptor.
struct Node {
  Extents extents{}, strides{};
  const Descriptor* descriptor = nullptr;
};

/// What cuDNN made of a graph, which must outlive it.
class Plan {
 public:
  Plan(Descriptor plan, const std::map<std::int64_t, void*>& data);
  void run() const;

 private:
  Descriptor plan_;
  Buffer workspace_;
  Descriptor pack_;
};

/// A graph of operations over [a, b, c, d] tensors that computes in f32. Virtual results are f32
/// and dense unless their type is given.
class Graph {
 public:
  /// A tensor in memory.
  Node tensor(const void* data, const Extents& extents, const Extents& strides, DType dtype);
  /// A number that the graph holds itself.
  Node scalar(float value);

  Node pointwise(cudnnPointwiseMode_t mode, const Node& x, DType result = DType::f32);
  Node pointwise(cudnnPointwiseMode_t mode, const Node& x, const Node& b,
                 DType result = DType::f32);
  void pointwise_into(cudnnPointwiseMode_t mode, const Node& x, const Node* b, const Node& y);
  /// Over the last axis.
  Node reduce(cudnnReduceTensorOp_t mode, const Node& x);
  Node multiply(const Node& a, const Node& b);
  void multiply_into(const Node& a, const Node& b, const Node& c);
  /// The last two axes change places: another view of the same elements.
  Node transpose(const Node& x, DType result);
  /// Any other operation, whose attributes the caller has set.
  void add(Descriptor operation);

  /// The first of the heuristic's proposals that can be had. Throws Refusal if there is none.
  [[nodiscard]] Plan plan();

 private:
  enum class Kind { in_memory, by_value, temporary };
  Node make(const Extents& extents, const Extents& strides, DType dtype, Kind kind);
  Node temporary(const Extents& extents, DType dtype) {
    return make(extents, dense(extents), dtype, Kind::temporary);
  }

  std::vector<Descriptor> operations_;
  std::deque<Descriptor> tensors_;      // their ids count from 1
  std::map<std::int64_t, void*> data_;  // of the tensors that are not virtual
  std::deque<float> scalars_;
};

}  // namespace electra::bench::cudnn
