// Non-blocking NCCL communicators: what is in progress must be polled. `nccl_nonblocking CASE`.
#include <nccl.h>

#include <chrono>
#include <cstdint>
#include <cstring>
#include <string>
#include <thread>

#include "check.h"

constexpr int rank_count = 3, element_count = 1000;

static void ok(ncclResult_t r, check::Where where = check::Where::current()) {
  check::that(r == ncclSuccess, ncclGetErrorString(r), where);
}

/// Polls until the last call has ended; how often it was in progress.
static int finish(ncclComm_t comm, ncclResult_t r, check::Where where = check::Where::current()) {
  check::that(r == ncclSuccess || r == ncclInProgress, ncclGetErrorString(r), where);
  int polls = 0;
  ncclResult_t state = ncclInProgress;
  for (; state == ncclInProgress; polls++) ok(ncclCommGetAsyncError(comm, &state), where);
  ok(state, where);
  return polls - 1;
}

static ncclComm_t join(ncclUniqueId id, int ranks, int rank) {
  ncclConfig_t config = NCCL_CONFIG_INITIALIZER;
  config.blocking = 0;
  ncclComm_t comm = nullptr;
  const ncclResult_t r = ncclCommInitRankConfig(&comm, ranks, id, rank, &config);
  finish(comm, r);
  return comm;
}

static uint16_t bf16(float f) {
  uint32_t u;
  std::memcpy(&u, &f, 4);
  return uint16_t((u + 0x7fff + (u >> 16 & 1)) >> 16);
}

static float from_bf16(uint16_t h) {
  const uint32_t u = uint32_t(h) << 16;
  float f;
  std::memcpy(&f, &u, 4);
  return f;
}

static int polls_seen[rank_count];

static void rank_thread(int rank, ncclUniqueId id) {
  check::cuda(cudaSetDevice(rank));
  const ncclComm_t comm = join(id, rank_count, rank);
  cudaStream_t s;
  check::cuda(cudaStreamCreateWithFlags(&s, cudaStreamNonBlocking));
  {
    std::vector<float> values(element_count);
    std::vector<uint16_t> halves(element_count);
    for (int i = 0; i < element_count; i++) {
      values[i] = float(i % 100) * 0.37f + float(rank);
      halves[i] = bf16(values[i]);
    }
    check::Device<float> x(values);
    check::Device<uint16_t> h(halves);
    int polls = 0;
    for (int repeat = 0; repeat < 4; repeat++)
      polls += finish(comm, ncclAllReduce(x, x, element_count, ncclFloat32, ncclAvg, comm, s));
    ok(ncclGroupStart());
    ok(ncclAllReduce(h, h, element_count, ncclBfloat16, ncclSum, comm, s));
    ok(ncclBroadcast(x, x, element_count, ncclFloat32, 1, comm, s));
    polls += finish(comm, ncclGroupEnd());
    check::cuda(cudaStreamSynchronize(s));
    polls_seen[rank] = polls;
    const auto sums = h.host();
    int rounded = 0;
    for (int i = 0; i < element_count; i++) {
      const float exact = float(i % 100) * 0.37f * 3 + 3;
      check::that(std::fabs(from_bf16(sums[i]) - exact) <= exact * 0x1p-6f, "bf16 sum");
      float once = 0;
      for (int r = 0; r < rank_count; r++)
        once += from_bf16(bf16(float(i % 100) * 0.37f + float(r)));
      rounded += bf16(once) != sums[i];
    }
    check::that(rounded > 0, "each step of a bf16 reduction rounds");
    check::equal(x.host()[101] > 0, true);
  }
  finish(comm, ncclCommFinalize(comm));
  check::that(ncclAllReduce(nullptr, nullptr, 1, ncclFloat32, ncclSum, comm, s) == ncclInvalidUsage,
              "a collective after finalize");
  ok(ncclCommDestroy(comm));
  check::cuda(cudaStreamDestroy(s));
}

static void ranks() {
  ncclUniqueId id;
  ok(ncclGetUniqueId(&id));
  std::vector<std::thread> threads;
  for (int r = 0; r < rank_count; r++) threads.emplace_back(rank_thread, r, id);
  for (auto& t : threads) t.join();
  std::printf("%s in progress\n", polls_seen[0] + polls_seen[1] + polls_seen[2] ? "was" : "never");
}

/// Whoever does not poll reads what has not been reduced, or is refused.
static void unpolled() {
  ncclUniqueId id;
  ok(ncclGetUniqueId(&id));
  const ncclComm_t comm = join(id, 1, 0);
  check::Device<float> x(std::vector<float>(8, 1)), y(std::vector<float>(8, 0));
  int stale = 0, refused = 0;
  for (int i = 0; i < 20; i++) {
    check::cuda(cudaMemset(y, 0, 32));
    const ncclResult_t r = ncclAllReduce(x, y, 8, ncclFloat32, ncclSum, comm, nullptr);
    check::cuda(cudaDeviceSynchronize());
    stale += y.host()[0] == 0;
    if (r == ncclInProgress) {
      refused += ncclAllReduce(x, y, 8, ncclFloat32, ncclSum, comm, nullptr) == ncclInvalidArgument;
      refused += ncclCommDestroy(comm) == ncclInvalidArgument;
      finish(comm, r);
    }
  }
  check::that(stale > 0 && refused > 0, "unpolled calls show");
  ok(ncclCommDestroy(comm));
}

/// Rank 1 never calls: a watchdog sees no error, gives up at its deadline and aborts.
static void missing_rank() {
  ncclUniqueId id;
  ok(ncclGetUniqueId(&id));
  std::vector<std::thread> threads;
  ncclComm_t other = nullptr;
  threads.emplace_back([&] {
    check::cuda(cudaSetDevice(1));
    other = join(id, 2, 1);
  });
  threads.emplace_back([&] {
    const ncclComm_t comm = join(id, 2, 0);
    check::Device<float> x(std::vector<float>(8, 1));
    cudaStream_t s;
    cudaEvent_t done;
    check::cuda(cudaStreamCreateWithFlags(&s, cudaStreamNonBlocking));
    check::cuda(cudaEventCreate(&done));
    finish(comm, ncclAllReduce(x, x, 8, ncclFloat32, ncclSum, comm, s));
    check::cuda(cudaEventRecord(done, s));
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(100);
    ncclResult_t state = ncclSuccess;
    while (cudaEventQuery(done) == cudaErrorNotReady && std::chrono::steady_clock::now() < deadline)
      ok(ncclCommGetAsyncError(comm, &state));
    check::that(cudaEventQuery(done) == cudaErrorNotReady && state == ncclSuccess, "it hangs");
    ok(ncclCommAbort(comm));
    check::cuda(cudaStreamSynchronize(s));
    check::cuda(cudaEventDestroy(done));
    check::cuda(cudaStreamDestroy(s));
  });
  for (auto& t : threads) t.join();
  ncclResult_t state;
  ok(ncclCommGetAsyncError(other, &state));
  std::printf("the other rank sees: %s\n", ncclGetErrorString(state));
  ok(ncclCommAbort(other));
}

int main(int argc, char** argv) {
  const std::string which = argc > 1 ? argv[1] : "";
  if (which == "unpolled")
    unpolled();
  else if (which == "missing_rank")
    missing_rank();
  else
    ranks();
  return check::result();
}
