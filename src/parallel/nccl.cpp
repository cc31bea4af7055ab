#include "parallel/nccl.h"

#include <nccl.h>

#include <cstring>
#include <thread>

#include "core/cuda/check.h"
#include "core/cuda/cuda_context.h"
#include "core/cuda/marks.h"
#include "parallel/abortable.h"
#include "parallel/operation.h"
#include "parallel/watch.h"

namespace electra::nccl {

namespace {

using namespace std::chrono_literals;

constexpr auto finalize_limit = 10s;  // what is left to do then takes milliseconds

static_assert(sizeof(ncclUniqueId) == sizeof(UniqueId));

bool under_way(ncclResult_t state) { return state == ncclSuccess || state == ncclInProgress; }

std::string text_of(ncclResult_t result, ncclComm_t comm) {
  const char* detail = ncclGetLastError(comm);
  return std::string("NCCL: ") + ncclGetErrorString(result) +
         (detail == nullptr || *detail == '\0' ? "" : std::string(": ") + detail);
}

ncclDataType_t type_of(DType dtype) {
  switch (dtype) {
    case DType::bf16:
      return ncclBfloat16;
    case DType::i32:
      return ncclInt32;
    case DType::f64:
      return ncclFloat64;
    case DType::f32:
      break;
  }
  return ncclFloat32;
}

/// One rank. The communicator is non-blocking, so that no call of NCCL's ever waits for another
/// rank: every wait is here, and ends when the watch has aborted the communicator.
class Nccl final : public Communicator {
 public:
  Nccl(int rank, int size, const UniqueId& id, CudaContext& context, const RankOptions& options)
      : rank_(rank),
        size_(size),
        context_(context),
        one_(context, size_of(DType::i32)),
        watch_(rank, size, options,
               {.poll = [this] { return poll(); }, .stop = [this] { comm_.abort(); }}) {
    context_.zero(one_.view({1}, DType::i32));
    join(id);
  }

  ~Nccl() override {
    if (watch_.failed() || !finalize()) comm_.abort();
  }

  [[nodiscard]] int rank() const override { return rank_; }
  [[nodiscard]] int size() const override { return size_; }

  void all_reduce_sum(Context&, TensorView view) override {
    enqueue("all_reduce_sum", view, [&](ncclComm_t comm) {
      return ncclAllReduce(view.raw(), view.raw(), static_cast<std::size_t>(view.size()),
                           type_of(view.dtype()), ncclSum, comm, context_.stream());
    });
  }

  void broadcast(Context&, TensorView view, int root) override {
    enqueue("broadcast", view, [&](ncclComm_t comm) {
      return ncclBroadcast(view.raw(), view.raw(), static_cast<std::size_t>(view.size()),
                           type_of(view.dtype()), root, comm, context_.stream());
    });
  }

  void barrier() override {
    const TensorView one = one_.view({1}, DType::i32);
    enqueue("barrier", one, [&](ncclComm_t comm) {
      return ncclAllReduce(one.raw(), one.raw(), 1, ncclInt32, ncclSum, comm, context_.stream());
    });
    context_.synchronize();
    check();
  }

  void begin_step(Index step) override { watch_.begin_step(step); }
  void check() override {
    const ncclResult_t state = async_state();
    if (!under_way(state)) watch_.fail(wrong(state));
    watch_.check();
  }
  void abort(const std::string& reason) noexcept override { watch_.fail(reason); }

 private:
  void join(const UniqueId& id) {
    const std::uint64_t call = watch_.enter_meeting("join");
    ncclUniqueId unique;
    std::memcpy(&unique, id.data(), sizeof unique);
    ncclConfig_t config = NCCL_CONFIG_INITIALIZER;
    config.blocking = 0;
    ncclResult_t state = ncclSuccess;
    comm_.set([&] {
      ncclComm_t comm = nullptr;
      state = ncclCommInitRankConfig(&comm, size_, unique, rank_, &config);
      return comm;
    });
    settle(state);
    watch_.complete(call);
  }

  template <class Operation>
  void enqueue(std::string_view name, TensorView view, const Operation& operation) {
    if (view.device() != context_.device())
      throw DeviceError(std::string(name) + ": expected a tensor on " +
                        to_string(context_.device()) + ", found " + to_string(view.device()));
    const std::uint64_t call = watch_.enter(described(name, view));
    context_.about_to_use(view);
    ncclResult_t state = ncclSuccess;
    comm_.use([&](ncclComm_t comm) { state = operation(comm); });
    settle(state);
    const std::lock_guard lock(marking_);
    marks_.put(call, context_.stream());
  }

  /// Polls until what was called is under way: only then may CUDA calls depend on it.
  void settle(ncclResult_t state) {
    for (; state == ncclInProgress; std::this_thread::sleep_for(20us)) state = async_state();
    watch_.check();
    if (state == ncclSuccess) return;
    watch_.fail(wrong(state));
    watch_.check();
  }

  /// A success where there is nothing to ask: the watch then knows why.
  [[nodiscard]] ncclResult_t async_state() {
    ncclResult_t state = ncclSuccess;
    comm_.use([&](ncclComm_t comm) { state = async_state(comm); });
    return state;
  }

  [[nodiscard]] static ncclResult_t async_state(ncclComm_t comm) {
    ncclResult_t state = ncclSuccess;
    const ncclResult_t asked = ncclCommGetAsyncError(comm, &state);
    return asked == ncclSuccess ? state : asked;
  }

  [[nodiscard]] std::string wrong(ncclResult_t state) {
    std::string text = text_of(state, nullptr);
    comm_.use([&](ncclComm_t comm) { text = text_of(state, comm); });
    return text;
  }

  /// On a thread of the watch's, which must not disturb a capture that the caller's thread has
  /// begun. CUDA may make it wait for as long as the GPU does.
  [[nodiscard]] std::string poll() {
    std::string wrong;
    comm_.try_use([&](ncclComm_t comm) {
      if (const ncclResult_t state = async_state(comm); !under_way(state))
        wrong = text_of(state, comm);
    });
    if (!wrong.empty()) return wrong;
    cudaStreamCaptureMode mode = cudaStreamCaptureModeRelaxed;
    cuda::check(cudaThreadExchangeStreamCaptureMode(&mode), "cudaThreadExchangeStreamCaptureMode");
    cuda::check(cudaSetDevice(context_.device().index), "cudaSetDevice");
    const std::lock_guard lock(marking_);
    if (const auto passed = marks_.passed()) watch_.complete(*passed);
    return {};
  }

  /// Leaves as NCCL wants it, with all operations done; false if that cannot be.
  [[nodiscard]] bool finalize() {
    const auto limit = std::chrono::steady_clock::now() + finalize_limit;
    ncclResult_t state = ncclSuccess;
    comm_.use([&](ncclComm_t comm) { state = ncclCommFinalize(comm); });
    for (; state == ncclInProgress; std::this_thread::sleep_for(100us)) {
      if (std::chrono::steady_clock::now() > limit) return false;
      state = async_state();
    }
    if (state != ncclSuccess) return false;
    if (ncclComm_t comm = comm_.release()) (void)ncclCommDestroy(comm);
    return true;
  }

  int rank_;
  int size_;
  CudaContext& context_;
  Buffer one_;
  /// Aborting ends NCCL's kernels on the GPU, so that a wait for the stream ends, too. No lock may
  /// be held that a call of CUDA's needs, because that may be what waits for the stream.
  Abortable<ncclComm_t> comm_{[](ncclComm_t comm) { (void)ncclCommAbort(comm); }};
  std::mutex marking_;
  cuda::Marks marks_;
  Watch watch_;  // the last member: its threads use all others
};

}  // namespace

UniqueId make_id() {
  ncclUniqueId unique;
  const ncclResult_t result = ncclGetUniqueId(&unique);
  if (result != ncclSuccess) throw TrainingError(text_of(result, nullptr));
  UniqueId id;
  std::memcpy(id.data(), &unique, sizeof unique);
  return id;
}

std::unique_ptr<Communicator> communicator(int rank, int size, const UniqueId& id, Context& context,
                                           const RankOptions& options) {
  if (context.device().type != DeviceType::cuda)
    throw DeviceError("NCCL: expected a GPU, found " + to_string(context.device()));
  return std::make_unique<Nccl>(rank, size, id, static_cast<CudaContext&>(context), options);
}

}  // namespace electra::nccl
