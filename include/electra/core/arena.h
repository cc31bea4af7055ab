#pragma once

#include <cstdint>
#include <vector>

#include "electra/core/tensor.h"

namespace electra {

class Context;

/// Bump allocation for everything that lives no longer than a micro-batch. `reset` merges what was
/// needed into one block, so that after the first micro-batch nothing is allocated.
class Arena {
 public:
  enum class Debug : std::uint8_t { off, poison };  // poison: NaN on reset, guard gaps checked

  explicit Arena(Context& context, Index capacity = 0, Debug debug = Debug::off);

  /// Uninitialised (in debug mode: NaN), aligned to 256 bytes, valid until the next reset.
  [[nodiscard]] TensorView allocate(const Shape& shape, DType dtype);
  /// Forgets every tensor. Throws Error in debug mode if somebody wrote between two tensors.
  void reset();
  /// Grows the arena to one block of at least this size; forgets every tensor.
  void reserve(Index bytes);

  /// Forgets, when it goes, what was allocated since it was made.
  class Scope {
   public:
    explicit Scope(Arena& arena) : arena_(arena), block_(arena.block_), used_(arena.used_) {}
    ~Scope() { arena_.rewind(block_, used_); }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    Arena& arena_;
    std::size_t block_;
    Index used_;
  };
  [[nodiscard]] Scope scope() { return Scope(*this); }

  [[nodiscard]] Index capacity() const;
  /// The most bytes that were in use at once since construction.
  [[nodiscard]] Index peak() const { return peak_; }
  /// How often memory was taken from the device: the law "nothing after the first step".
  [[nodiscard]] std::int64_t allocations() const { return allocations_; }
  /// Changes whenever addresses handed out before may differ from those handed out next: a captured
  /// graph is valid for one generation.
  [[nodiscard]] std::int64_t generation() const { return generation_; }
  [[nodiscard]] Context& context() const { return context_; }

 private:
  void add_block(Index bytes);
  void rewind(std::size_t block, Index used);
  void check_guards() const;

  struct Guard {
    std::size_t block;
    Index offset;
  };

  Context& context_;
  Debug debug_;
  std::vector<Buffer> blocks_;
  std::vector<Guard> guards_;
  std::size_t block_ = 0;
  Index used_ = 0;
  Index before_ = 0;  // bytes in use in the blocks before the current one
  Index peak_ = 0;
  std::int64_t allocations_ = 0;
  std::int64_t generation_ = 0;
};

}  // namespace electra
