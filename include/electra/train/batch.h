#pragma once

#include "electra/data/examples.h"
#include "electra/layers/pass.h"

namespace electra {

/// A micro-batch on the device; the sequences' lengths are in the pass.
struct Batch {
  ConstTensorView ids;          // [batch, length], i32
  ConstTensorView types;        // [batch, length], i32
  ConstTensorView mask_counts;  // [batch], i32
  Index capacity = 0;           // of the masked positions: batch * max_predictions
};

/// Examples in device memory, always at the same addresses.
class DeviceExamples {
 public:
  /// How many integers the storage of `count` examples holds.
  [[nodiscard]] static Index storage_size(Index count, Index length) {
    return 2 * count * (length + 1);
  }
  /// `storage` is [storage_size(count, length)], i32, and must outlive this.
  DeviceExamples(TensorView storage, Index count, Index length);

  [[nodiscard]] Index count() const { return lengths_.size(); }
  /// Copies examples to the device, in stream order. Throws ShapeError if they are not `count`
  /// times `length`.
  void upload(Context& context, const Examples& examples) const;
  /// Examples [first, first + count), which are [first_of_step, …) of the whole step, as a batch;
  /// sets pass.sequences and the first example of pass.random. `max_predictions` is the most
  /// positions that one sequence has masked.
  [[nodiscard]] Batch batch(Pass& pass, Index first, Index count, Index first_of_step,
                            Index max_predictions) const;

 private:
  TensorView storage_;
  TensorView ids_, types_;            // [count, length]
  TensorView lengths_, mask_counts_;  // [count]
};

/// The whole of `examples` as a batch in the pass's arena.
[[nodiscard]] Batch upload(Pass& pass, const Examples& examples, Index max_predictions);

}  // namespace electra
