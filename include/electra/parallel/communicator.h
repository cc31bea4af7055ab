#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "electra/core/interruption.h"
#include "electra/core/tensor.h"
#include "electra/parallel/launch.h"

namespace electra {

class Context;

/// How the ranks of several processes watch over each other (docs/distributed.md).
struct RankOptions {
  std::chrono::milliseconds deadline = std::chrono::minutes(10);  // an operation takes no longer
  std::filesystem::path reports;  // a folder that all ranks see, for what each did last; or none
  StopRequest stop = {};          // ends a wait for the others, as long as no step is taken
};

/// A group of ranks that train together. Every rank calls the same operations in the same order;
/// a rank that fails calls `abort`, and every other rank's operation then throws TrainingError.
class Communicator {
 public:
  /// One rank: every operation does nothing, so callers never ask.
  [[nodiscard]] static std::unique_ptr<Communicator> single_process();
  /// `count` ranks in one process, one for each of the caller's threads. Their CPU contexts may
  /// share the processor.
  [[nodiscard]] static std::vector<std::unique_ptr<Communicator>> threads(int count);

  /// The ranks that a launcher has started, each with its context: NCCL for GPUs, MPI for CPUs,
  /// single_process for one rank. To find the others it may set NCCL_COMM_ID in this process's
  /// environment, so other threads come later. Throws ConfigError if this build or what the
  /// launcher says is not enough, TrainingError if not all ranks come within the deadline.
  [[nodiscard]] static std::unique_ptr<Communicator> join(const Launch& launch, Context& context,
                                                          const RankOptions& options);

  virtual ~Communicator() = default;

  [[nodiscard]] virtual int rank() const = 0;
  [[nodiscard]] virtual int size() const = 0;
  /// view = sum over ranks, the same bits on every rank; on threads in the order of ranks. f32, f64
  /// or i32; with NCCL also bf16, which is rounded after each addition.
  virtual void all_reduce_sum(Context& context, TensorView view) = 0;
  /// view = rank `root`'s view.
  virtual void broadcast(Context& context, TensorView view, int root) = 0;
  /// Waits until every rank is here, and until what this one has called is done.
  virtual void barrier() = 0;
  /// The number of the step that follows, which messages name. The deadline counts from the first
  /// step on; before it rank 0 may prepare.
  virtual void begin_step(Index) {}
  /// Throws TrainingError if an operation has failed since it was called. What comes from a GPU is
  /// known to be right only after a wait for the device and this.
  virtual void check() {}
  /// Ends the operations of all other ranks with this reason.
  virtual void abort(const std::string& reason) noexcept = 0;
};

}  // namespace electra
