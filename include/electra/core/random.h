#pragma once

#include <array>
#include <cstdint>

#include "electra/core/network.h"
#include "electra/core/tensor.h"

namespace electra {

/// What is drawn. The numbers are part of what a seed means: append, never renumber.
enum class Place : std::uint32_t {
  embedding_dropout = 0,
  attention_dropout = 1,      // of the probabilities
  attention_out_dropout = 2,  // of the sublayer's output
  feed_forward_dropout = 3,   // of the sublayer's output
  sample = 4,                 // replacements, one word an id
  mask_position = 5,
  mask_keep = 6,
  mask_random = 7,
  initialise = 8,
  shuffle = 9,
  pack = 10,
  held_out = 11,
  head_dropout = 12,
};

/// A place that draws: one number for each (network, layer, place).
struct Site {
  std::uint32_t value = 0;

  friend bool operator==(Site, Site) = default;
};

/// Training and evaluation draw at sites of their own.
enum class Draws : std::uint32_t { training = 0, evaluation = 1 };

/// 32 places a layer, 1,024 layers a network.
[[nodiscard]] constexpr Site site(Network network, int layer, Place place,
                                  Draws draws = Draws::training) {
  return {static_cast<std::uint32_t>(draws) << 31U | static_cast<std::uint32_t>(network) << 16U |
          static_cast<std::uint32_t>(layer) << 5U | static_cast<std::uint32_t>(place)};
}

/// The same place at another layer.
[[nodiscard]] constexpr Site at_layer(Site base, int layer) {
  return {(base.value & ~(1023U << 5U)) | static_cast<std::uint32_t>(layer) << 5U};
}

/// The same layer's site for another place.
[[nodiscard]] constexpr Site at_place(Site base, Place place) {
  return {(base.value & ~31U) | static_cast<std::uint32_t>(place)};
}

/// What random bits are a function of, but for the example and the element
/// (docs/math/embedding.md). The step is read from device memory, so that a captured graph draws
/// anew each time.
struct RandomKey {
  std::uint64_t seed = 0;
  ConstTensorView step{};           // i32 [1], on the device
  std::uint32_t first_example = 0;  // index in the whole step of this micro-batch's first sequence
  Site site{};
};

/// Philox 4x32-10 (Salmon et al., SC 2011): key = seed, counter = (block, example, site, step).
[[nodiscard]] std::array<std::uint32_t, 4> philox(std::uint64_t seed, std::uint32_t block,
                                                  std::uint32_t example, Site site,
                                                  std::uint32_t step);

/// A stream of numbers for work on the host (packing, shuffling, initialisation): the words of
/// consecutive blocks of one (seed, example, site, step), from `first_block` on.
class RandomStream {
 public:
  RandomStream(std::uint64_t seed, Site site, std::uint32_t example, std::uint32_t step,
               std::uint32_t first_block = 0)
      : seed_(seed), site_(site), example_(example), step_(step), block_(first_block) {}

  [[nodiscard]] std::uint32_t next();
  /// Uniform in [0, 1), 53 bits.
  [[nodiscard]] double uniform();
  /// Uniform in [0, bound), without bias; bound > 0.
  [[nodiscard]] std::uint32_t below(std::uint32_t bound);
  /// Standard normal (Box and Muller).
  [[nodiscard]] double normal();

 private:
  std::uint64_t seed_;
  Site site_;
  std::uint32_t example_;
  std::uint32_t step_;
  std::uint32_t block_;
  std::array<std::uint32_t, 4> words_{};
  int used_ = 4;
};

}  // namespace electra
