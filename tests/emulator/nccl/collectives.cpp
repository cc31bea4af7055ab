// An NCCL look-alike for ranks that are threads of one process, or one thread with many devices:
// groups and collectives.
#include <cstdio>

#include "nccl/clique.h"
#include "runtime/options.h"

namespace gpu_emulator::nccl {
namespace {

thread_local int group_depth = 0;
thread_local std::vector<std::function<ncclResult_t()>> group;  // calls held until GroupEnd

/// The operation arrives when it is first asked for readiness, that is, at the front of its stream.
ncclResult_t submit(const std::shared_ptr<Member>& member, const Call& call, CUstream_st& stream) {
  struct State {
    uint64_t round = 0;
    bool arrived = false;
  };
  const auto state = std::make_shared<State>();
  const auto ready = [=] {
    Clique& c = *member->clique;
    if (c.error || member->aborted) return true;
    if (!state->arrived) {
      state->arrived = true;
      state->round = member->next_round++;
      member->waiting++;
      c.rounds[state->round].arrived[member->rank] = call;
    }
    const Round& round = c.rounds[state->round];
    return round.done || int(round.arrived.size()) == c.ranks;
  };
  const auto work = [=] {
    Clique& c = *member->clique;
    if (state->arrived && !c.error && !member->aborted) {
      Round& round = c.rounds[state->round];
      if (!round.done) c.error = run(c, round);  // the first rank to get here works for all
      round.done = true;
      round.arrived.erase(member->rank);
      if (round.arrived.empty()) c.rounds.erase(state->round);
    }
    if (state->arrived) member->waiting--;
    *state = {};  // a graph may replay this operation
    return cudaSuccess;
  };
  const cudaError_t e = cudart::submit(&stream, {.run = work, .ready = ready});
  return e == cudaSuccess ? ncclSuccess : ncclUnhandledCudaError;
}

/// Not in progress yet: at once. A non-blocking communicator may hold it until it has been polled.
ncclResult_t start(const std::shared_ptr<Member>& member, const Call& call, cudaStream_t handle) {
  CUstream_st& stream = cudart::resolve(handle, member->device);
  if (!member->blocking) {
    if (member->polls == 0) member->polls = draw_polls();
    if (member->polls > 0) {
      member->held.push_back([=, &stream] { return submit(member, call, stream); });
      return ncclInProgress;
    }
  }
  return submit(member, call, stream);
}

ncclResult_t enqueue(ncclComm_t comm, const Call& call, cudaStream_t stream) {
  if (!comm || element_size(call.type) == 0) return ncclInvalidArgument;
  const std::shared_ptr<Member> member = comm->member;
  {
    cudart::Lock lock;
    if (member->finalized) return refuse(*member, ncclInvalidUsage, "a collective after finalize");
    if (member->in_progress())
      return refuse(*member, ncclInvalidArgument,
                    "a collective before ncclCommGetAsyncError said that the last call succeeded");
    if (call.root < 0 || call.root >= member->clique->ranks) return ncclInvalidArgument;
  }
  return run_or_hold([=] {
    cudart::Lock lock;
    if (member->clique->error) return member->clique->error;
    return start(member, call, stream);
  });
}

}  // namespace

bool in_group() { return group_depth > 0; }

ncclResult_t run_or_hold(std::function<ncclResult_t()> call) {
  if (!in_group()) return call();
  group.push_back(std::move(call));
  return ncclSuccess;
}

int draw_polls() {
  static uint64_t state = options().seed * 0x9e3779b97f4a7c15ull | 1;  // under the engine's lock
  if (!options().nccl_in_progress) return 0;
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return int(state >> 20) & 3;
}

ncclResult_t refuse(Member& member, ncclResult_t result, const std::string& why) {
  member.message = why;
  std::fprintf(stderr, "gpu_emulator: NCCL rank %d: %s\n", member.rank, why.c_str());
  return result;
}

}  // namespace gpu_emulator::nccl

using namespace gpu_emulator::nccl;

ncclResult_t ncclGroupStart() {
  group_depth++;
  return ncclSuccess;
}
ncclResult_t ncclGroupEnd() {
  if (group_depth == 0) return ncclInvalidUsage;
  if (--group_depth > 0) return ncclSuccess;
  auto calls = std::move(group);
  group.clear();
  ncclResult_t result = ncclSuccess;
  for (auto& call : calls) {
    const ncclResult_t r = call();
    if (r != ncclSuccess && r != ncclInProgress) return r;
    if (r == ncclInProgress) result = r;
  }
  return result;
}

ncclResult_t ncclAllReduce(const void* send, void* receive, size_t count, ncclDataType_t type,
                           ncclRedOp_t operation, ncclComm_t comm, cudaStream_t stream) {
  return enqueue(comm, {Kind::all_reduce, send, receive, count, type, operation, 0}, stream);
}
ncclResult_t ncclReduce(const void* send, void* receive, size_t count, ncclDataType_t type,
                        ncclRedOp_t operation, int root, ncclComm_t comm, cudaStream_t stream) {
  return enqueue(comm, {Kind::reduce, send, receive, count, type, operation, root}, stream);
}
ncclResult_t ncclReduceScatter(const void* send, void* receive, size_t count, ncclDataType_t type,
                               ncclRedOp_t operation, ncclComm_t comm, cudaStream_t stream) {
  return enqueue(comm, {Kind::reduce_scatter, send, receive, count, type, operation, 0}, stream);
}
ncclResult_t ncclAllGather(const void* send, void* receive, size_t count, ncclDataType_t type,
                           ncclComm_t comm, cudaStream_t stream) {
  return enqueue(comm, {Kind::all_gather, send, receive, count, type, ncclSum, 0}, stream);
}
ncclResult_t ncclBroadcast(const void* send, void* receive, size_t count, ncclDataType_t type,
                           int root, ncclComm_t comm, cudaStream_t stream) {
  return enqueue(comm, {Kind::broadcast, send, receive, count, type, ncclSum, root}, stream);
}
ncclResult_t ncclBcast(void* buffer, size_t count, ncclDataType_t type, int root, ncclComm_t comm,
                       cudaStream_t stream) {
  return ncclBroadcast(buffer, buffer, count, type, root, comm, stream);
}
