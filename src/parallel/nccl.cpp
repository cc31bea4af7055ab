#include "parallel/nccl.h"

#include <nccl.h>

#include <cstring>
#include <thread>

#include "core/cuda/check.h"
#include "core/cuda/cuda_context.h"
#include "core/cuda/marks.h"
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
               {.poll = [this] { return poll(); }, .stop = [this] { stop(); }}) {
    context_.zero(one_.view({1}, DType::i32));
    join(id);
  }

  ~Nccl() override {
    try {
      if (finalize()) return;
    } catch (const std::exception&) {  // a destructor says nothing: what failed has been thrown
      stop();
      return;
    }
    stop();
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
    const std::uint64_t call = watch_.enter_join();
    ncclUniqueId unique;
    std::memcpy(&unique, id.data(), sizeof unique);
    ncclConfig_t config = NCCL_CONFIG_INITIALIZER;
    config.blocking = 0;
    start([&] { return ncclCommInitRankConfig(&comm_, size_, unique, rank_, &config); });
    watch_.complete(call);
  }

  template <class Operation>
  void enqueue(std::string_view name, TensorView view, const Operation& operation) {
    if (view.device() != context_.device())
      throw DeviceError(std::string(name) + ": expected a tensor on " +
                        to_string(context_.device()) + ", found " + to_string(view.device()));
    const std::uint64_t call = watch_.enter(described(name, view));
    context_.about_to_use(view);
    start([&] { return comm_ == nullptr ? ncclSuccess : operation(comm_); });
    const std::lock_guard lock(mutex_);
    marks_.put(call, context_.stream());
  }

  /// Calls NCCL and polls until what was called is under way: only then may CUDA calls depend on
  /// it.
  template <class Call>
  void start(const Call& call) {
    ncclResult_t state = [&] {
      const std::lock_guard lock(mutex_);
      return call();
    }();
    for (; state == ncclInProgress; std::this_thread::sleep_for(20us)) state = async_state();
    watch_.check();
    if (state == ncclSuccess) return;
    watch_.fail(wrong(state));
    watch_.check();
  }

  [[nodiscard]] ncclResult_t async_state() {
    const std::lock_guard lock(mutex_);
    ncclResult_t state = ncclSuccess;
    if (comm_ == nullptr) return state;  // aborted: the watch knows why
    const ncclResult_t asked = ncclCommGetAsyncError(comm_, &state);
    return asked == ncclSuccess ? state : asked;
  }

  [[nodiscard]] std::string wrong(ncclResult_t state) {
    const std::lock_guard lock(mutex_);
    return text_of(state, comm_);
  }

  /// On the watch's thread, which must not disturb a capture that the caller's thread has begun.
  [[nodiscard]] std::string poll() {
    cudaStreamCaptureMode mode = cudaStreamCaptureModeRelaxed;
    cuda::check(cudaThreadExchangeStreamCaptureMode(&mode), "cudaThreadExchangeStreamCaptureMode");
    cuda::check(cudaSetDevice(context_.device().index), "cudaSetDevice");
    const ncclResult_t state = async_state();
    if (!under_way(state)) return wrong(state);
    const std::lock_guard lock(mutex_);
    if (const auto passed = marks_.passed()) watch_.complete(*passed);
    return {};
  }

  /// Ends NCCL's kernels on the GPU, so that a wait for the stream ends, too.
  void stop() noexcept {
    const std::lock_guard lock(mutex_);
    if (comm_ != nullptr) (void)ncclCommAbort(comm_);
    comm_ = nullptr;
  }

  /// Leaves as NCCL wants it, with all operations done; false if that cannot be.
  [[nodiscard]] bool finalize() {
    const auto limit = std::chrono::steady_clock::now() + finalize_limit;
    ncclResult_t state = [&] {
      const std::lock_guard lock(mutex_);
      return comm_ == nullptr ? ncclSuccess : ncclCommFinalize(comm_);
    }();
    for (; state == ncclInProgress; std::this_thread::sleep_for(100us)) {
      if (std::chrono::steady_clock::now() > limit) return false;
      state = async_state();
    }
    const std::lock_guard lock(mutex_);
    if (state != ncclSuccess) return false;
    if (comm_ != nullptr) (void)ncclCommDestroy(comm_);
    comm_ = nullptr;
    return true;
  }

  int rank_;
  int size_;
  CudaContext& context_;
  Buffer one_;
  std::mutex mutex_;  // guards what follows; each call of NCCL's under it is short
  ncclComm_t comm_ = nullptr;
  cuda::Marks marks_;
  Watch watch_;  // the last member: its thread uses all others
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
