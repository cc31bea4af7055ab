// The ranks of one communicator and their collectives. The i-th call of every rank belongs
// together; the operation runs when it has reached the front of every rank's stream.
#pragma once
#include <nccl.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "cudart/engine.h"

namespace gpu_emulator::nccl {

enum class Kind { all_reduce, reduce, broadcast, reduce_scatter, all_gather };

struct Call {
  Kind kind;
  const void* send;
  void* receive;
  size_t count;
  ncclDataType_t type;
  ncclRedOp_t operation;
  int root;
};

struct Round {  // one collective as it is put together
  std::map<int, Call> arrived;
  bool done = false;
};

struct Clique {
  int ranks = 0, joined = 0;
  std::vector<int> devices;
  std::map<uint64_t, Round> rounds;
  ncclResult_t error = ncclSuccess;
  std::string message;
};

/// One rank, shared by its handle and the operations that it has pending.
struct Member {
  std::shared_ptr<Clique> clique;
  int rank = 0, device = 0;
  uint64_t next_round = 0;  // of execution, so that replayed graphs count too
  bool blocking = true, finalized = false, aborted = false;
  int polls = 0;    // how often ncclCommGetAsyncError still says "in progress"
  int waiting = 0;  // collectives that have begun and not ended
  std::vector<std::function<ncclResult_t()>> held;  // not enqueued before it has been polled
  std::string message;                              // for ncclGetLastError

  bool joined() const { return clique->joined == clique->ranks; }
  bool in_progress() const { return !blocking && (!joined() || polls > 0 || !held.empty()); }
};

/// Sometimes in progress, for so many polls; 0: at once (GPU_EMULATOR_NCCL_IN_PROGRESS).
int draw_polls();
/// Between ncclGroupStart and ncclGroupEnd calls are held back.
bool in_group();
ncclResult_t run_or_hold(std::function<ncclResult_t()> call);
/// Says why on stderr and for ncclGetLastError.
ncclResult_t refuse(Member& member, ncclResult_t result, const std::string& why);

size_t element_size(ncclDataType_t type);
/// Checks that the calls agree and computes; all ranks' memory is accessible.
ncclResult_t run(Clique& clique, const Round& round);

}  // namespace gpu_emulator::nccl

struct ncclComm {
  std::shared_ptr<gpu_emulator::nccl::Member> member;
};
