#pragma once

#include <array>
#include <cstdint>
#include <cstring>

#include "electra/core/random.h"
#include "electra/core/tensor.h"
#include "kernels/math/dropout.h"

namespace electra::cpu {

/// The dropout of attention probabilities, a row at a time: the blocks of a row of keys are
/// consecutive, and word g of four neighbouring blocks holds keys 8 g to 8 g + 7 of their 32 keys.
class AttentionMask {
 public:
  AttentionMask(float dropout, const RandomKey& random)
      : rate_(math::dropout_rate(dropout)),
        seed_(random.seed),
        first_example_(random.first_example),
        site_(random.site.value) {
    if (rate_.threshold > 0)
      step_ = static_cast<std::uint32_t>(random.step.data<std::int32_t>()[0]);
  }

  [[nodiscard]] bool drops() const { return rate_.threshold > 0; }

  /// to[k] = from[k] * keep * scale for the probabilities of (sequence of this batch, head, query).
  template <class T>
  void apply(Index sequence, Index head, Index query, Index keys, const T* from, T* to) const {
    for (Index k = 0; k < keys; k += run) {
      const Numbers numbers = draw(sequence, head, query, k);
      if (keys - k >= run)
        apply_run(numbers, from + k, to + k, run);
      else
        apply_run(numbers, from + k, to + k, keys - k);
    }
  }

 private:
  static constexpr Index run = 128;  // keys that are drawn at once: 16 blocks
  static constexpr int blocks = run / 8;
  using Numbers = std::array<std::uint16_t, run>;
  using Word = std::array<std::uint32_t, blocks>;

  template <class T>
  void apply_run(const Numbers& numbers, const T* from, T* to, Index count) const {
    const auto scale = static_cast<T>(rate_.scale);
    for (Index k = 0; k < count; ++k)
      to[k] = from[k] * (numbers[static_cast<std::size_t>(k)] >= rate_.threshold ? scale : T{0});
  }

  [[nodiscard]] Numbers draw(Index sequence, Index head, Index query, Index key) const {
    Word x, y, z, w;
    const std::uint32_t first =
        math::attention_block(static_cast<std::uint32_t>(head), static_cast<std::uint32_t>(query),
                              static_cast<std::uint32_t>(key));
    for (std::uint32_t i = 0; i < blocks; ++i) x[i] = first + i;
    y.fill(first_example_ + static_cast<std::uint32_t>(sequence));
    z.fill(site_);
    w.fill(step_);
    rounds(x, y, z, w);
    Numbers numbers;
    for (std::size_t chunk = 0; chunk < blocks / 4; ++chunk) {
      std::uint16_t* to = &numbers[32 * chunk];
      std::memcpy(to, &x[4 * chunk], 16);
      std::memcpy(to + 8, &y[4 * chunk], 16);
      std::memcpy(to + 16, &z[4 * chunk], 16);
      std::memcpy(to + 24, &w[4 * chunk], 16);
    }
    return numbers;
  }

  /// math::philox of all blocks at once, in a form that compilers turn into vectors.
  void rounds(Word& x, Word& y, Word& z, Word& w) const {
    auto k0 = static_cast<std::uint32_t>(seed_);
    auto k1 = static_cast<std::uint32_t>(seed_ >> 32U);
    for (int round = 0; round < 10; ++round) {
      for (std::size_t i = 0; i < blocks; ++i) {
        const std::uint64_t p0 = std::uint64_t{0xD2511F53U} * x[i];
        const std::uint64_t p1 = std::uint64_t{0xCD9E8D57U} * z[i];
        x[i] = static_cast<std::uint32_t>(p1 >> 32U) ^ y[i] ^ k0;
        z[i] = static_cast<std::uint32_t>(p0 >> 32U) ^ w[i] ^ k1;
        y[i] = static_cast<std::uint32_t>(p1);
        w[i] = static_cast<std::uint32_t>(p0);
      }
      k0 += 0x9E3779B9U;
      k1 += 0xBB67AE85U;
    }
  }

  math::DropoutRate rate_;
  std::uint64_t seed_;
  std::uint32_t first_example_;
  std::uint32_t site_;
  std::uint32_t step_ = 0;
};

}  // namespace electra::cpu
