#include "parallel/mpi.h"

#include <mpi.h>

#include <algorithm>
#include <functional>
#include <future>
#include <thread>

#include "electra/core/context.h"
#include "electra/core/error.h"
#include "parallel/operation.h"
#include "parallel/side_thread.h"
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

/// Waits for all processes that mpirun has started; MPI allows that once in a process's life.
void initialize(const Launch& launch) {
  int before = 0, provided = 0, rank = 0, size = 0;
  MPI_Initialized(&before);
  if (before != 0) throw ConfigError("MPI: this process uses it already, or is done with it");
  expect(MPI_Init_thread(nullptr, nullptr, MPI_THREAD_SERIALIZED, &provided), "MPI_Init_thread");
  MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  if (rank == launch.rank && size == launch.size && provided >= MPI_THREAD_SERIALIZED) return;
  MPI_Finalize();
  if (provided < MPI_THREAD_SERIALIZED)
    throw ConfigError("MPI: expected MPI_THREAD_SERIALIZED, which this MPI was built without");
  throw ConfigError("MPI: expected rank " + std::to_string(launch.rank) + " of " +
                    std::to_string(launch.size) + ", found " + std::to_string(rank) + " of " +
                    std::to_string(size) +
                    ": start it with mpirun or mpiexec of the MPI that it was built with");
}

/// Waits as long as the watch allows.
void await(std::future<void> done, const Watch& watch) {
  while (done.wait_for(10ms) != std::future_status::ready) watch.check();
  done.get();
}

/// What MPI does on its way in and out cannot be polled: it is left to a thread of its own.
void meet(SideThread& side, Watch& watch, const std::string& operation,
          std::function<void()> work) {
  const std::uint64_t call = watch.enter_meeting(operation);
  try {
    await(side.begin(std::move(work)), watch);
  } catch (const ConfigError& error) {
    watch.fail(error.what());
    throw;
  } catch (const std::exception& error) {
    watch.fail(error.what());
    watch.check();
  }
  watch.complete(call);
}

/// MPI needs nobody to end what hangs in it: whoever waits asks the watch.
Watch::Transport transport() {
  return {.poll = {}, .stop = [] {}};
}

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
      : rank_(launch.rank), size_(launch.size), watch_(rank_, size_, options, transport()) {
    meet(side_, watch_, "join", [launch] { initialize(launch); });
  }

  /// MPI_Finalize would wait for ranks that are gone or fall behind: without them it is left out.
  ~Mpi() override {
    if (watch_.failed()) return;
    try {
      wait(watch_.enter_meeting("leave"), "leave", begin_barrier);
      meet(side_, watch_, "leave", [] { MPI_Finalize(); });
    } catch (const std::exception&) {  // a destructor says nothing: the report does
      return;
    }
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

  void barrier() override { wait(watch_.enter("barrier"), "barrier", begin_barrier); }

  void begin_step(Index step) override { watch_.begin_step(step); }
  void check() override { watch_.check(); }
  void abort(const std::string& reason) noexcept override { watch_.fail(reason); }

 private:
  static int begin_barrier(MPI_Request* request) { return MPI_Ibarrier(MPI_COMM_WORLD, request); }

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
    wait(watch_.enter(operation), operation, begin);
  }

  template <class Begin>
  void wait(std::uint64_t call, const std::string& operation, const Begin& begin) {
    try {
      MPI_Request request = MPI_REQUEST_NULL;
      expect(begin(&request), operation.c_str());
      finish(operation, request);
    } catch (const Error& error) {
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

  int rank_;
  int size_;
  SideThread side_;
  Watch watch_;
};

}  // namespace

void share(const Launch& launch, std::span<std::byte> bytes, const RankOptions& options) {
  const auto shared = std::make_shared<std::vector<std::byte>>(bytes.begin(), bytes.end());
  SideThread side;
  Watch watch(launch.rank, launch.size, options, transport());
  const auto work = [launch, shared] {
    initialize(launch);
    expect(MPI_Bcast(shared->data(), static_cast<int>(shared->size()), MPI_BYTE, 0, MPI_COMM_WORLD),
           "MPI_Bcast");
    MPI_Finalize();
  };
  meet(side, watch, "meet over MPI", work);
  std::copy(shared->begin(), shared->end(), bytes.begin());
}

std::unique_ptr<Communicator> communicator(const Launch& launch, const RankOptions& options) {
  return std::make_unique<Mpi>(launch, options);
}

}  // namespace electra::mpi
