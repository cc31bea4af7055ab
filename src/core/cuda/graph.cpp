#include "core/cuda/graph.h"

#include <memory>
#include <vector>

#include "core/cuda/check.h"
#include "core/cuda/cuda_context.h"

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

Graph::Graph(CudaContext& context, const std::function<void()>& work) : context_(context) {
  const GraphOwner graph = capture(context.stream(), work);
  kernels_ = count_kernels(graph.get());
  check(cudaGraphInstantiate(&executable_, graph.get(), 0), "cudaGraphInstantiate");
}

Graph::~Graph() {
  (void)cudaStreamSynchronize(context_.stream());
  (void)cudaGraphExecDestroy(executable_);
}

void Graph::replay() {
  context_.finish_sums();  // of work in between: the recording's own use the same memory
  check(cudaGraphLaunch(executable_, context_.stream()), "cudaGraphLaunch");
}

}  // namespace electra::cuda
