// NCCL look-alike: ranks as threads, and one thread with several devices.
#include <nccl.h>

#include <string>
#include <thread>

#include "check.h"

constexpr int rank_count = 4, element_count = 100;

static void ok(ncclResult_t r) { check::that(r == ncclSuccess, ncclGetErrorString(r)); }

static void rank_thread(int rank, ncclUniqueId id) {
  check::cuda(cudaSetDevice(rank));
  ncclComm_t comm;
  ok(ncclCommInitRank(&comm, rank_count, id, rank));
  cudaStream_t s;
  check::cuda(cudaStreamCreateWithFlags(&s, cudaStreamNonBlocking));
  std::vector<float> mine(element_count * rank_count);
  for (size_t i = 0; i < mine.size(); i++) mine[i] = float(i) + float(rank);
  {
    check::Device<float> x(mine), part(element_count), all(element_count * rank_count);
    for (int repeat = 0; repeat < 3; repeat++)
      ok(ncclAllReduce(x, all, element_count, ncclFloat32, ncclSum, comm, s));
    ok(ncclReduceScatter(x, part, element_count, ncclFloat32, ncclAvg, comm, s));
    check::cuda(cudaStreamSynchronize(s));
    check::equal(all.host()[7], 7 * rank_count + 6);
    check::equal(part.host()[3], rank * element_count + 3 + 1.5);
    ok(ncclAllGather(part, all, element_count, ncclFloat32, comm, s));
    ok(ncclBroadcast(x, x, element_count, ncclFloat32, 2, comm, s));
    check::cuda(cudaStreamSynchronize(s));
    check::equal(all.host()[3 * element_count + 1], 3 * element_count + 1 + 1.5);
    check::equal(x.host()[5], 7);
    // the same in a graph, replayed
    cudaGraph_t graph;
    cudaGraphExec_t exec;
    check::cuda(cudaStreamBeginCapture(s, cudaStreamCaptureModeRelaxed));
    ok(ncclAllReduce(x, x, element_count, ncclFloat32, ncclSum, comm, s));
    check::cuda(cudaStreamEndCapture(s, &graph));
    check::cuda(cudaGraphInstantiate(&exec, graph, 0));
    for (int i = 0; i < 2; i++) check::cuda(cudaGraphLaunch(exec, s));
    check::cuda(cudaStreamSynchronize(s));
    check::equal(x.host()[5], 7 * rank_count * rank_count);
    cudaGraphExecDestroy(exec);
    cudaGraphDestroy(graph);
  }
  ncclResult_t state;
  ok(ncclCommGetAsyncError(comm, &state));
  ok(state);
  int count = 0;
  ok(ncclCommCount(comm, &count));
  check::equal(count, rank_count);
  ok(ncclCommDestroy(comm));
  check::cuda(cudaStreamDestroy(s));
}

static void one_thread() {
  ncclComm_t comms[2];
  ok(ncclCommInitAll(comms, 2, nullptr));
  check::cuda(cudaSetDevice(0));
  check::Device<int> a(std::vector<int>(10, 1));
  check::cuda(cudaSetDevice(1));
  check::Device<int> b(std::vector<int>(10, 2));
  ok(ncclGroupStart());
  check::cuda(cudaSetDevice(0));
  ok(ncclAllReduce(a, a, 10, ncclInt32, ncclProd, comms[0], nullptr));
  check::cuda(cudaSetDevice(1));
  ok(ncclAllReduce(b, b, 10, ncclInt32, ncclProd, comms[1], nullptr));
  ok(ncclGroupEnd());
  check::cuda(cudaDeviceSynchronize());
  check::cuda(cudaSetDevice(0));
  check::equal(a.host()[9], 2);
  // ranks that disagree are reported
  ok(ncclAllReduce(a, a, 10, ncclInt32, ncclSum, comms[0], nullptr));
  ok(ncclAllReduce(b, b, 9, ncclInt32, ncclSum, comms[1], nullptr));
  check::cuda(cudaDeviceSynchronize());
  ncclResult_t state;
  ok(ncclCommGetAsyncError(comms[1], &state));
  check::that(state == ncclInvalidUsage, "mismatched collectives");
  const std::string why = ncclGetLastError(comms[0]);
  check::that(why.find("AllReduce of 10") != why.npos && why.find("AllReduce of 9") != why.npos,
              why.c_str());
  // a rank that never comes: abort ends the wait
  ncclComm_t again[2];
  ok(ncclCommInitAll(again, 2, nullptr));
  ok(ncclAllReduce(a, a, 10, ncclInt32, ncclSum, again[0], nullptr));
  ok(ncclCommAbort(again[0]));
  check::cuda(cudaDeviceSynchronize());
  ok(ncclCommDestroy(again[1]));
  for (ncclComm_t c : comms) ok(ncclCommDestroy(c));
}

int main() {
  ncclUniqueId id;
  ok(ncclGetUniqueId(&id));
  std::vector<std::thread> threads;
  for (int r = 0; r < rank_count; r++) threads.emplace_back(rank_thread, r, id);
  for (auto& t : threads) t.join();
  one_thread();
  return check::result();
}
