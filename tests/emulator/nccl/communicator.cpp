// Creating, polling, ending and aborting communicators of the NCCL look-alike.
#include <cstdlib>
#include <cstring>
#include <utility>

#include "nccl/clique.h"
#include "runtime/options.h"

using namespace gpu_emulator;
using namespace gpu_emulator::nccl;

namespace {

std::map<uint64_t, std::shared_ptr<Clique>>& cliques() {  // being formed, by unique id
  static auto* c = new std::map<uint64_t, std::shared_ptr<Clique>>;
  return *c;
}

ncclResult_t join(ncclComm_t* comm, int ranks, const ncclUniqueId& id, int rank, bool blocking) {
  if (ranks < 1 || rank < 0 || rank >= ranks) return ncclInvalidArgument;
  uint64_t key;
  std::memcpy(&key, &id, sizeof key);
  auto& clique = cliques()[key];
  if (!clique) clique = std::make_shared<Clique>();
  if (clique->joined && clique->ranks != ranks) return ncclInvalidArgument;
  clique->ranks = ranks;
  clique->joined++;
  clique->devices.push_back(cudart::current_device());
  const auto member = std::make_shared<Member>();
  member->clique = clique;
  member->rank = rank;
  member->device = cudart::current_device();
  member->blocking = blocking;
  if (!blocking) member->polls = draw_polls();
  *comm = new ncclComm{member};
  if (clique->joined == ranks) cliques().erase(key);
  cudart::wake_waiting();
  return ncclSuccess;
}

/// As the real call does, a blocking one returns when all ranks have come.
ncclResult_t wait_for_all(cudart::Lock& lock, const std::shared_ptr<Member>& member) {
  if (cudart::wait_until(lock, [&] { return member->joined(); }) == cudaSuccess) return ncclSuccess;
  return refuse(*member, ncclSystemError, "not all ranks have come");
}

/// What has been held since the last call is enqueued now.
ncclResult_t release(Member& member) {
  ncclResult_t result = ncclSuccess;
  for (const auto& call : std::exchange(member.held, {}))
    if (ncclResult_t r = call()) result = r;
  return result;
}

}  // namespace

ncclResult_t ncclGetVersion(int* version) {
  *version = NCCL_VERSION_CODE;
  return ncclSuccess;
}

/// Where NCCL_COMM_ID names a meeting point, its ranks belong together; otherwise each id is new.
ncclResult_t ncclGetUniqueId(ncclUniqueId* id) {
  cudart::Lock lock;
  static uint64_t next = 0;
  std::memset(id, 0, sizeof *id);
  const char* address = std::getenv("NCCL_COMM_ID");
  const uint64_t key = address ? ~uint64_t(std::hash<std::string>()(address)) : ++next;
  std::memcpy(id, &key, sizeof key);
  return ncclSuccess;
}

ncclResult_t ncclCommInitRankConfig(ncclComm_t* comm, int ranks, ncclUniqueId id, int rank,
                                    ncclConfig_t* config) {
  if (config && config->magic != 0xcafebeef) return ncclInvalidArgument;  // NCCL_CONFIG_INITIALIZER
  const bool blocking = !config || config->blocking != 0;
  cudart::Lock lock;
  if (ncclResult_t r = join(comm, ranks, id, rank, blocking)) return r;
  if (!blocking) return ncclInProgress;
  return in_group() ? ncclSuccess : wait_for_all(lock, (*comm)->member);
}

ncclResult_t ncclCommInitRank(ncclComm_t* comm, int ranks, ncclUniqueId id, int rank) {
  return ncclCommInitRankConfig(comm, ranks, id, rank, nullptr);
}

ncclResult_t ncclCommInitAll(ncclComm_t* comms, int count, const int* devices) {
  ncclUniqueId id;
  ncclGetUniqueId(&id);
  int before = 0;
  cudaGetDevice(&before);
  for (int i = 0; i < count; i++) {
    if (cudaSetDevice(devices ? devices[i] : i)) return ncclInvalidArgument;
    cudart::Lock lock;
    if (ncclResult_t r = join(&comms[i], count, id, i, true)) return r;
  }
  cudaSetDevice(before);
  return ncclSuccess;
}

ncclResult_t ncclCommFinalize(ncclComm_t comm) {
  cudart::Lock lock;
  Member& member = *comm->member;
  if (member.in_progress())
    return refuse(member, ncclInvalidArgument, "ncclCommFinalize while a call is in progress");
  member.finalized = true;
  if (!member.blocking) {
    member.polls = draw_polls();
    return ncclInProgress;
  }
  return cudart::wait_until(lock, [&] { return member.waiting == 0; }) ? ncclSystemError
                                                                       : ncclSuccess;
}

ncclResult_t ncclCommDestroy(ncclComm_t comm) {
  cudart::Lock lock;
  if (comm->member->in_progress())
    return refuse(*comm->member, ncclInvalidArgument,
                  "ncclCommDestroy while a call is in progress: poll, or abort");
  delete comm;
  return ncclSuccess;
}

/// Ends this rank's pending and later collectives. Other ranks learn of it only where the transport
/// tells them (GPU_EMULATOR_NCCL_REMOTE_ERRORS); otherwise they wait on, as on NVLink.
ncclResult_t ncclCommAbort(ncclComm_t comm) {
  cudart::Lock lock;
  comm->member->aborted = true;
  comm->member->held.clear();
  if (options().nccl_remote_errors) comm->member->clique->error = ncclRemoteError;
  while (cudart::run_one()) {
  }
  cudart::wake_waiting();
  delete comm;
  return ncclSuccess;
}

/// Polling is what moves a non-blocking communicator on.
ncclResult_t ncclCommGetAsyncError(ncclComm_t comm, ncclResult_t* error) {
  cudart::Lock lock;
  Member& member = *comm->member;
  *error = member.clique->error;
  if (*error || member.blocking) return ncclSuccess;
  *error = ncclInProgress;
  if (!member.joined()) return ncclSuccess;
  if (member.polls > 0) {
    member.polls--;
    return ncclSuccess;
  }
  if (member.finalized && member.waiting > 0) {
    cudart::run_one();
    return ncclSuccess;
  }
  *error = release(member);
  return ncclSuccess;
}

ncclResult_t ncclCommCount(const ncclComm_t comm, int* count) {
  *count = comm->member->clique->ranks;
  return ncclSuccess;
}
ncclResult_t ncclCommUserRank(const ncclComm_t comm, int* rank) {
  *rank = comm->member->rank;
  return ncclSuccess;
}
ncclResult_t ncclCommCuDevice(const ncclComm_t comm, int* device) {
  *device = comm->member->device;
  return ncclSuccess;
}

const char* ncclGetErrorString(ncclResult_t result) {
  switch (result) {
    case ncclSuccess:
      return "no error";
    case ncclUnhandledCudaError:
      return "unhandled cuda error";
    case ncclSystemError:
      return "unhandled system error";
    case ncclInternalError:
      return "internal error";
    case ncclInvalidArgument:
      return "invalid argument";
    case ncclInvalidUsage:
      return "invalid usage";
    case ncclRemoteError:
      return "remote process exited or there was a network error";
    case ncclInProgress:
      return "NCCL operation in progress";
    default:
      return "unknown result code";
  }
}

const char* ncclGetLastError(ncclComm_t comm) {
  thread_local std::string text;
  cudart::Lock lock;
  if (comm)
    text = comm->member->clique->error ? comm->member->clique->message : comm->member->message;
  return text.c_str();
}
