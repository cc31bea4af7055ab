#include "core/cuda/graph.h"

#include <memory>
#include <vector>

#include "core/cuda/check.h"

namespace electra::cuda {

namespace {

struct Destroy {
  void operator()(cudaGraph_t graph) const { (void)cudaGraphDestroy(graph); }
};
using GraphOwner = std::unique_ptr<CUgraph_st, Destroy>;

/// Ends the capture even if `work` throws: the stream could not be used otherwise.
GraphOwner capture(cudaStream_t stream, const std::function<void()>& work) {
  check(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal), "cudaStreamBeginCapture");
  cudaGraph_t graph = nullptr;
  try {
    work();
  } catch (...) {
    (void)cudaStreamEndCapture(stream, &graph);
    const GraphOwner unfinished(graph);
    (void)cudaGetLastError();
    throw;
  }
  check(cudaStreamEndCapture(stream, &graph), "cudaStreamEndCapture");
  return GraphOwner(graph);
}

Index count_kernels(cudaGraph_t graph) {
  std::size_t count = 0;
  check(cudaGraphGetNodes(graph, nullptr, &count), "cudaGraphGetNodes");
  std::vector<cudaGraphNode_t> nodes(count);
  check(cudaGraphGetNodes(graph, nodes.data(), &count), "cudaGraphGetNodes");
  Index kernels = 0;
  for (cudaGraphNode_t node : nodes) {
    cudaGraphNodeType type{};
    check(cudaGraphNodeGetType(node, &type), "cudaGraphNodeGetType");
    if (type == cudaGraphNodeTypeKernel) ++kernels;
  }
  return kernels;
}

}  // namespace

Graph::Graph(cudaStream_t stream, const std::function<void()>& work) : stream_(stream) {
  const GraphOwner graph = capture(stream, work);
  kernels_ = count_kernels(graph.get());
  check(cudaGraphInstantiate(&executable_, graph.get(), 0), "cudaGraphInstantiate");
}

Graph::~Graph() {
  (void)cudaStreamSynchronize(stream_);
  (void)cudaGraphExecDestroy(executable_);
}

void Graph::replay() { check(cudaGraphLaunch(executable_, stream_), "cudaGraphLaunch"); }

}  // namespace electra::cuda
