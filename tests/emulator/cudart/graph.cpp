// Stream capture and graphs: record operations with their dependencies, replay them.
#include <cuda_runtime_api.h>

#include <algorithm>
#include <set>

#include "cudart/engine.h"
#include "runtime/options.h"

using namespace gpu_emulator;
using namespace gpu_emulator::cudart;

namespace {

/// Every captured node must be an ancestor of the origin stream's last nodes.
bool all_joined(const CUgraph_st& graph, const std::vector<int>& last) {
  std::set<int> reached(last.begin(), last.end());
  for (int i = int(graph.nodes.size()) - 1; i >= 0; i--)
    if (reached.count(i))
      for (int d : graph.nodes[size_t(i)].dependencies) reached.insert(d);
  return reached.size() == graph.nodes.size();
}

/// In eager mode the order of capture, otherwise any order that the dependencies allow.
std::vector<int> replay_order(const std::vector<CUgraph_st::Node>& nodes) {
  std::vector<int> order;
  std::set<int> done;
  while (order.size() < nodes.size()) {
    std::vector<int> ready;
    for (int i = 0; i < int(nodes.size()); i++) {
      const auto& needed = nodes[size_t(i)].dependencies;
      if (!done.count(i) &&
          std::all_of(needed.begin(), needed.end(), [&](int d) { return done.count(d); }))
        ready.push_back(i);
    }
    const int next = ready[options().deferred_streams ? next_random() % ready.size() : 0];
    order.push_back(next);
    done.insert(next);
  }
  return order;
}

}  // namespace

cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode mode) {
  Lock lock;
  CUstream_st& s = resolve(stream);
  if (s.legacy) return record(cudaErrorStreamCaptureUnsupported);
  if (s.capture) return record(cudaErrorIllegalState);
  s.capture =
      std::make_shared<Capture>(Capture{new CUgraph_st, &s, mode, std::this_thread::get_id()});
  s.last_nodes.clear();
  return cudaSuccess;
}

cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t* graph) {
  Lock lock;
  CUstream_st& s = resolve(stream);
  *graph = nullptr;
  if (!s.capture) return record(cudaErrorIllegalState);
  if (s.capture->origin != &s) return record(cudaErrorStreamCaptureUnmatched);
  const auto capture = s.capture;
  if (capture->mode != cudaStreamCaptureModeRelaxed &&
      capture->thread != std::this_thread::get_id())
    return record(cudaErrorStreamCaptureWrongThread);
  const bool joined = all_joined(*capture->graph, s.last_nodes);
  leave_capture(*capture);
  if (capture->valid && joined) {
    *graph = capture->graph;
    return cudaSuccess;
  }
  delete capture->graph;
  return record(capture->valid ? cudaErrorStreamCaptureUnjoined
                               : cudaErrorStreamCaptureInvalidated);
}

cudaError_t cudaStreamIsCapturing(cudaStream_t stream, cudaStreamCaptureStatus* status) {
  Lock lock;
  const CUstream_st& s = resolve(stream);
  *status = !s.capture         ? cudaStreamCaptureStatusNone
            : s.capture->valid ? cudaStreamCaptureStatusActive
                               : cudaStreamCaptureStatusInvalidated;
  return cudaSuccess;
}

cudaError_t cudaThreadExchangeStreamCaptureMode(cudaStreamCaptureMode* mode) {
  std::swap(thread_capture_mode(), *mode);
  return cudaSuccess;
}

cudaError_t cudaGraphCreate(cudaGraph_t* graph, unsigned) {
  *graph = new CUgraph_st;
  return cudaSuccess;
}

cudaError_t cudaGraphDestroy(cudaGraph_t graph) {
  delete graph;
  return cudaSuccess;
}

cudaError_t cudaGraphGetNodes(cudaGraph_t graph, cudaGraphNode_t* nodes, size_t* count) {
  if (!nodes) {
    *count = graph->nodes.size();
    return cudaSuccess;
  }
  *count = std::min(*count, graph->nodes.size());
  for (size_t i = 0; i < *count; i++)
    nodes[i] = reinterpret_cast<cudaGraphNode_t>(&graph->nodes[i]);
  return cudaSuccess;
}

cudaError_t cudaGraphNodeGetType(cudaGraphNode_t node, cudaGraphNodeType* type) {
  *type = reinterpret_cast<CUgraph_st::Node*>(node)->operation.type;
  return cudaSuccess;
}

cudaError_t cudaGraphInstantiate(cudaGraphExec_t* exec, cudaGraph_t graph, unsigned long long) {
  *exec = new CUgraphExec_st{graph->nodes};
  return cudaSuccess;
}
cudaError_t cudaGraphInstantiateWithFlags(cudaGraphExec_t* exec, cudaGraph_t graph,
                                          unsigned long long flags) {
  return cudaGraphInstantiate(exec, graph, flags);
}

cudaError_t cudaGraphExecDestroy(cudaGraphExec_t exec) {
  delete exec;
  return cudaSuccess;
}

cudaError_t cudaGraphUpload(cudaGraphExec_t, cudaStream_t) { return cudaSuccess; }

cudaError_t cudaGraphLaunch(cudaGraphExec_t exec, cudaStream_t stream) {
  Lock lock;
  for (int i : replay_order(exec->nodes))
    if (cudaError_t e = submit(stream, exec->nodes[size_t(i)].operation)) return record(e);
  return cudaSuccess;
}

cudaError_t cudaGraphExecUpdate(cudaGraphExec_t exec, cudaGraph_t graph,
                                cudaGraphExecUpdateResultInfo* info) {
  Lock lock;
  *info = {};
  const auto same = [](const CUgraph_st::Node& a, const CUgraph_st::Node& b) {
    return a.operation.type == b.operation.type && a.dependencies == b.dependencies;
  };
  if (!std::equal(exec->nodes.begin(), exec->nodes.end(), graph->nodes.begin(), graph->nodes.end(),
                  same)) {
    info->result = cudaGraphExecUpdateErrorTopologyChanged;
    return record(cudaErrorGraphExecUpdateFailure);
  }
  exec->nodes = graph->nodes;
  info->result = cudaGraphExecUpdateSuccess;
  return cudaSuccess;
}
