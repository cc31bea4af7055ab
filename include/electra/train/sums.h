#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "electra/core/context.h"
#include "electra/io/checkpoint.h"

namespace electra {

class Communicator;

/// One thing that an objective adds up while it trains: losses, or counts of what happened.
struct SumPiece {
  enum class Kind : std::uint8_t { sum, count };  // f32 (f64 in gradient checks), or i32
  std::string name;
  Kind kind = Kind::count;
  Shape shape;
};

/// Sums that were read, by name.
class HostSums {
 public:
  /// Throws Error for a name that there is not.
  [[nodiscard]] std::span<const double> of(std::string_view name) const;
  void add(const std::string& name, std::vector<double> values) {
    values_[name] = std::move(values);
  }
  /// "the sum loss[1] is not finite (nan)": the first that is not. Empty if there is none.
  [[nodiscard]] std::string non_finite_text() const;

 private:
  std::map<std::string, std::vector<double>, std::less<>> values_;
};

/// What is added up over micro-batches, steps and ranks, in device memory: kernels write to views.
class Sums {
 public:
  /// Everything starts at 0; `exact` is f32 or f64.
  Sums(Context& context, DType exact, std::span<const SumPiece> pieces);

  /// Throws Error for a name that there is not.
  [[nodiscard]] TensorView of(std::string_view name) const;
  [[nodiscard]] TensorView sums() const { return sums_; }      // [n], exact: all of this kind
  [[nodiscard]] TensorView counts() const { return counts_; }  // [m], i32: all of this kind
  void clear() const;
  /// Adds them over the ranks, in place.
  void add_over(Communicator& ranks) const;
  /// The same, and reads them.
  [[nodiscard]] HostSums read(Communicator& ranks) const;

  /// Adds the file `metrics` with a tensor for each piece, or reads it back, so that a resumed run
  /// logs what one that never stopped would log. Throws IoError if a tensor is missing or has
  /// another shape or type, TrainingError if a sum is not finite.
  void save(CheckpointWriter& checkpoint) const;
  void load(const Checkpoint& checkpoint) const;

 private:
  struct Piece {
    std::string name;
    TensorView view;
  };

  Context& context_;
  Buffer memory_;
  TensorView sums_, counts_;
  std::vector<Piece> pieces_;
};

}  // namespace electra
