#include "parallel/mpi.h"

#include <mpi.h>

#include <atomic>
#include <thread>

#include "electra/core/context.h"
#include "electra/core/error.h"
#include "parallel/operation.h"
#include "parallel/watch.h"

namespace electra::mpi {

namespace {

using namespace std::chrono_literals;

void expect(int result, const char* call) {
  if (result == MPI_SUCCESS) return;
  char text[MPI_MAX_ERROR_STRING];
  int length = 0;
  MPI_Error_string(result, text, &length);
  throw TrainingError(std::string(call) + ": " + text);
}

/// The processes that mpirun has started; once in a process's life.
class World {
 public:
  explicit World(const Launch& launch) {
    int finalized = 0, provided = 0, rank = 0, size = 0;
    MPI_Finalized(&finalized);
    if (finalized != 0) throw ConfigError("MPI: this process is done with it already");
    expect(MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided), "MPI_Init_thread");
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    if (rank == launch.rank && size == launch.size) return;
    MPI_Finalize();
    throw ConfigError("MPI: expected rank " + std::to_string(launch.rank) + " of " +
                      std::to_string(launch.size) + ", found " + std::to_string(rank) + " of " +
                      std::to_string(size) +
                      ": was this program built with the MPI that the launcher belongs to?");
  }
  /// MPI_Finalize would wait for ranks that are gone: without them it is left out.
  ~World() {
    if (whole_) MPI_Finalize();
  }
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  void broken() { whole_ = false; }

 private:
  bool whole_ = true;
};

MPI_Datatype type_of(DType dtype, std::string_view operation) {
  if (dtype == DType::f32) return MPI_FLOAT;
  if (dtype == DType::f64) return MPI_DOUBLE;
  if (dtype == DType::i32) return MPI_INT32_T;
  throw ShapeError(std::string(operation) + ": expected f32, f64 or i32, found bf16");
}

/// One rank. Each operation is begun and then asked for, so that a rank which is gone leaves nobody
/// waiting for longer than the watch allows.
class Mpi final : public Communicator {
 public:
  Mpi(const Launch& launch, const RankOptions& options)
      : world_(launch),
        rank_(launch.rank),
        size_(launch.size),
        watch_(rank_, size_, options, {.poll = [] { return std::string(); }, .stop = [] {}}) {}

  ~Mpi() override {
    if (failed_) world_.broken();
  }

  [[nodiscard]] int rank() const override { return rank_; }
  [[nodiscard]] int size() const override { return size_; }

  void all_reduce_sum(Context& context, TensorView view) override {
    const MPI_Datatype type = type_of(view.dtype(), "all_reduce_sum");
    run(context, described("all_reduce_sum", view), [&](MPI_Request* request) {
      return MPI_Iallreduce(MPI_IN_PLACE, view.raw(), count(view), type, MPI_SUM, MPI_COMM_WORLD,
                            request);
    });
  }

  void broadcast(Context& context, TensorView view, int root) override {
    const MPI_Datatype type = type_of(view.dtype(), "broadcast");
    run(context, described("broadcast", view), [&](MPI_Request* request) {
      return MPI_Ibcast(view.raw(), count(view), type, root, MPI_COMM_WORLD, request);
    });
  }

  void barrier() override {
    wait("barrier", [](MPI_Request* request) { return MPI_Ibarrier(MPI_COMM_WORLD, request); });
  }

  void begin_step(Index step) override { watch_.begin_step(step); }
  void check() override { watch_.check(); }
  void abort(const std::string& reason) noexcept override {
    failed_ = true;
    watch_.fail(reason);
  }

 private:
  [[nodiscard]] static int count(const TensorView& view) {
    if (view.size() > std::numeric_limits<int>::max())
      throw ShapeError("MPI: expected at most 2^31 - 1 elements, found " + to_string(view.shape()));
    return static_cast<int>(view.size());
  }

  template <class Begin>
  void run(const Context& context, const std::string& operation, const Begin& begin) {
    if (context.device().type != DeviceType::cpu)
      throw DeviceError("MPI: expected a tensor on the device cpu, found " +
                        to_string(context.device()));
    wait(operation, begin);
  }

  template <class Begin>
  void wait(const std::string& operation, const Begin& begin) {
    const std::uint64_t call = watch_.enter(operation);
    try {
      MPI_Request request = MPI_REQUEST_NULL;
      expect(begin(&request), operation.c_str());
      finish(operation, request);
    } catch (const Error& error) {
      failed_ = true;
      watch_.fail(error.what());
      watch_.check();
    }
    watch_.complete(call);
  }

  /// Ranks that compute on the same processors are not to be slowed by one that waits.
  void finish(const std::string& operation, MPI_Request& request) {
    constexpr int spins = 2000;
    int done = 0;
    for (int i = 0; done == 0; ++i) {
      expect(MPI_Test(&request, &done, MPI_STATUS_IGNORE), operation.c_str());
      if (done != 0) return;
      watch_.check();
      if (i < spins)
        std::this_thread::yield();
      else
        std::this_thread::sleep_for(50us);
    }
  }

  World world_;
  int rank_;
  int size_;
  std::atomic<bool> failed_ = false;
  Watch watch_;  // the last member: its thread uses all others
};

}  // namespace

void share(const Launch& launch, std::span<std::byte> bytes) {
  const World world(launch);
  expect(MPI_Bcast(bytes.data(), static_cast<int>(bytes.size()), MPI_BYTE, 0, MPI_COMM_WORLD),
         "MPI_Bcast");
}

std::unique_ptr<Communicator> communicator(const Launch& launch, const RankOptions& options) {
  return std::make_unique<Mpi>(launch, options);
}

}  // namespace electra::mpi
