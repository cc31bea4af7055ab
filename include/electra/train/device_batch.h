#pragma once

#include <string>
#include <vector>

#include "electra/data/batch.h"
#include "electra/layers/pass.h"

namespace electra {

/// A rank's batches in device memory, always at the same addresses.
class DeviceBatch {
 public:
  /// Room for batches that look like this one.
  DeviceBatch(Context& context, const HostBatch& like);
  DeviceBatch(const DeviceBatch&) = delete;  // micro-batches point into it
  DeviceBatch& operator=(const DeviceBatch&) = delete;

  /// Copies a batch to the device, in stream order. Throws ShapeError if it has another number or
  /// length of examples, or other columns.
  void upload(const HostBatch& batch);
  /// Examples [first, first + count) of it.
  [[nodiscard]] MicroBatch micro_batch(Index first, Index count) const;

 private:
  struct NamedPart {
    std::string name;
    TensorView values;
  };

  Context& context_;
  Buffer memory_;
  TensorView storage_;
  TensorView ids_, types_;  // [count, length]
  TensorView lengths_;      // [count]
  std::vector<NamedPart> columns_;
  Index first_ = 0;
};

}  // namespace electra
