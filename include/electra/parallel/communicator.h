#pragma once

#include <memory>
#include <string>
#include <vector>

#include "electra/core/tensor.h"

namespace electra {

class Context;

/// A group of ranks that train together. Every rank calls the same operations in the same order;
/// a rank that fails calls `abort`, and every other rank's operation then throws TrainingError.
class Communicator {
 public:
  /// One rank: every operation does nothing, so callers never ask.
  [[nodiscard]] static std::unique_ptr<Communicator> single_process();
  /// `count` ranks in one process, one for each of the caller's threads. Their CPU contexts may
  /// share the processor.
  [[nodiscard]] static std::vector<std::unique_ptr<Communicator>> threads(int count);

  virtual ~Communicator() = default;

  [[nodiscard]] virtual int rank() const = 0;
  [[nodiscard]] virtual int size() const = 0;
  /// view = sum over ranks, in the order of ranks: the same bits on every rank. f32, f64 or i32.
  virtual void all_reduce_sum(Context& context, TensorView view) = 0;
  /// view = rank `root`'s view.
  virtual void broadcast(Context& context, TensorView view, int root) = 0;
  virtual void barrier() = 0;
  /// Ends the operations of all other ranks with this reason.
  virtual void abort(const std::string& reason) noexcept = 0;
};

}  // namespace electra
