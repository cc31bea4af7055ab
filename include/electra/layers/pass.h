#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "electra/core/arena.h"
#include "electra/core/context.h"
#include "electra/core/random.h"
#include "electra/kernels/text_rows.h"

namespace electra {

/// The part of a step's batch that is computed at once, on the device.
struct MicroBatch {
  struct NamedColumn {
    std::string_view name;
    ConstTensorView values;  // [batch, width] or [rows, width], without width 1; i32 or f32
  };
  ConstTensorView ids;    // [rows], i32
  ConstTensorView types;  // [rows], i32
  TextRows rows;
  Index first = 0;  // its first example's number in the whole step
  std::vector<NamedColumn> columns;

  /// Throws Error for a name that there is not.
  [[nodiscard]] ConstTensorView column(std::string_view name) const;
};

/// Training drops out; inference does not.
enum class Mode : std::uint8_t { training, inference };

/// What a backward computes again instead of having kept it: less memory for more time, and the
/// same bits. Of a feed-forward its two inner tensors, or all of a block but what it read.
enum class Recompute : std::uint8_t { none, feed_forward, block };
[[nodiscard]] std::span<const std::string_view> enum_names(Recompute);

/// What every layer needs to go forward or backward over one micro-batch. Tensors from the arena
/// live until it is reset; a backward rewinds its temporaries.
struct Pass {
  Context& context;
  Arena& arena;
  TextRows rows;
  RandomKey random{};  // seed, step and first example; the site is set by `key`
  Mode mode = Mode::training;
  Network network = Network::none;
  Draws draws = Draws::training;
  Recompute recompute = Recompute::none;

  [[nodiscard]] TensorView tensor(const Shape& shape, DType dtype) const {
    return arena.allocate(shape, dtype);
  }
  /// The same pass, drawing at the sites of `network`.
  [[nodiscard]] Pass of(Network other) const {
    Pass pass = *this;
    pass.network = other;
    return pass;
  }
  /// The same pass, whose forward keeps all that a backward reads.
  [[nodiscard]] Pass keeping_all() const {
    Pass pass = *this;
    pass.recompute = Recompute::none;
    return pass;
  }
  /// The key of a place of this network.
  [[nodiscard]] RandomKey key(int layer, Place place) const {
    RandomKey key = random;
    key.site = site(network, layer, place, draws);
    return key;
  }
  /// The rate in training, 0 in inference.
  [[nodiscard]] float dropout(float rate) const { return mode == Mode::training ? rate : 0.0F; }
};

/// What a pass over a micro-batch draws its random bits from, and whether it drops out.
struct Draw {
  std::uint64_t seed = 0;
  ConstTensorView step{};  // [1], i32, on the device
  Mode mode = Mode::training;
  Draws draws = Draws::training;
  Recompute recompute = Recompute::none;
};
[[nodiscard]] Pass pass_over(const MicroBatch& batch, Context& context, Arena& arena,
                             const Draw& draw);

}  // namespace electra
