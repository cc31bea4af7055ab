#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

#include "kernels/cpu/lanes.h"
#include "kernels/cpu/philox_blocks.h"
#include "kernels/math/gumbel.h"

namespace electra::cpu {

/// argmax of logit / temperature + g over the ids of one row, exactly as defined, but with the two
/// logarithms of g for a few ids only: as -log1p(-u) >= u, an id whose logit / temperature - log(u)
/// is below the best score so far cannot win (docs/math/cross_entropy.md).
template <class W>
class GumbelSampler {
 public:
  GumbelSampler(std::uint64_t seed, math::Words4 counter, W temperature, Index excluded)
      : seed_(seed), counter_(counter), temperature_(temperature), excluded_(excluded) {}

  /// `logits` is readable up to the next multiple of `words_at_once`; `likely` is an id that is
  /// tried first, so that few others pass the screen.
  [[nodiscard]] Index sample(const W* logits, Index vocabulary, Index likely) {
    winner_ = excluded_ == 0 && vocabulary > 1 ? 1 : 0;
    constexpr Index step = words_at_once;
    const auto words_from = [&](Index id) {
      const auto block = counter_.x + static_cast<std::uint32_t>(id / 4);
      return philox_words(seed_, {block, counter_.y, counter_.z, counter_.w});
    };
    consider(likely, logits[likely], words_from(likely)[static_cast<std::size_t>(likely % 4)]);
    for (Index first = 0; first < vocabulary; first += step) {
      const auto words = words_from(first);
      const auto kept = screen(logits + first, words);
      if (!kept.any) continue;
      const Index count = std::min(step, vocabulary - first);
      for (Index i = 0; i < count; ++i) {
        const auto slot = static_cast<std::size_t>(i);
        if (kept.ids[slot] != 0) consider(first + i, logits[first + i], words[slot]);
      }
    }
    return winner_;
  }

 private:
  using Flags = decltype(Lanes<float>{} < Lanes<float>{});  // 32-bit integers
  static constexpr std::size_t lanes = lane_count<float>;

  struct Kept {
    std::array<std::int32_t, words_at_once> ids;
    bool any;
  };

  static Lanes<float> narrow(const W* logits) {
    if constexpr (std::is_same_v<W, float>) return load(logits);
    Lanes<float> lanes_of{};
    for (std::size_t i = 0; i < lanes; ++i) lanes_of[i] = static_cast<float>(logits[i]);
    return lanes_of;
  }

  /// Which ids might beat the best score. log2(u) is bounded from below by the exponent and
  /// mantissa bits of 2^31 u as one number: the chord under a concave curve.
  Kept screen(const W* logits, const std::array<std::uint32_t, words_at_once>& words) const {
    constexpr float log2 = 0.69314718F;
    const auto inverse = static_cast<float>(1 / temperature_);
    const auto best = static_cast<float>(best_);
    // Far more than all rounding in f32, here and in the definition, can amount to.
    const float threshold = best - (1e-4F + 4e-6F * std::abs(best)) - 158 * log2;
    Kept kept;
    Flags any{};
    for (std::size_t i = 0; i < words_at_once; i += lanes) {
      Flags word;
      std::memcpy(&word, words.data() + i, sizeof word);
      const auto half = __builtin_convertvector((word >> 1) & 0x7fffffff, Lanes<float>);
      const auto bits = __builtin_convertvector(reinterpret_cast<Flags>(half), Lanes<float>);
      const Lanes<float> bound = narrow(logits + i) * inverse - bits * (log2 * 0x1p-23F);
      const Flags flags = ~(bound < threshold);  // what is NaN is looked at, too
      any |= flags;
      std::memcpy(kept.ids.data() + i, &flags, sizeof flags);
    }
    std::array<std::uint64_t, sizeof any / 8> parts;
    std::memcpy(parts.data(), &any, sizeof any);
    std::uint64_t all = 0;
    for (const std::uint64_t part : parts) all |= part;
    kept.any = all != 0;
    return kept;
  }

  void consider(Index id, W logit, std::uint32_t word) {
    if (id == excluded_) return;
    const W score = logit / temperature_ + W{math::gumbel(word)};
    if (score > best_ || (score == best_ && score > lowest && id < winner_)) {
      best_ = score;
      winner_ = id;
    }
  }

  static constexpr W lowest = -std::numeric_limits<W>::infinity();
  std::uint64_t seed_;
  math::Words4 counter_;
  W temperature_;
  Index excluded_;
  W best_ = lowest;
  Index winner_ = 0;
};

}  // namespace electra::cpu
