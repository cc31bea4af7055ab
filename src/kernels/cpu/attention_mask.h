#pragma once

#include <array>
#include <cstdint>
#include <cstring>

#include "electra/core/random.h"
#include "electra/core/tensor.h"
#include "kernels/cpu/philox_vector.h"
#include "kernels/cpu/vector_math.h"
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

  /// to[k] = from[k] * factor * keep * scale for the probabilities of (sequence of this batch,
  /// head, query), in whole vectors.
  template <class T>
  void apply(Index sequence, Index head, Index query, Index keys, T factor, const T* from,
             T* to) const {
    for (Index k = 0; k < keys; k += run) {
      const Numbers numbers = draw(sequence, head, query, k);
      const Index count = std::min(run, keys - k);
      for (Index i = 0; i < count; i += lanes<T>)
        store<T>(load(from + k + i) * kept<T>(&numbers[static_cast<std::size_t>(i)], factor),
                 to + k + i);
    }
  }

 private:
  static constexpr Index run = 64;  // keys that are drawn at once: two blocks of 32, 8 counters
  using Numbers = std::array<std::uint16_t, run>;

  /// factor * scale where the number lets a probability stay, else 0.
  template <class T>
  [[nodiscard]] Vector<T> kept(const std::uint16_t* numbers, T factor) const {
    typedef std::uint16_t Halves __attribute__((vector_size(2 * lanes<T>)));
    typedef Bits<T> Wide __attribute__((vector_size(vector_bytes)));
    Halves halves;
    std::memcpy(&halves, numbers, sizeof halves);
    const Wide wide = __builtin_convertvector(halves, Wide);
    const Vector<T> scale = Vector<T>{} + factor * static_cast<T>(rate_.scale);
    return wide >= static_cast<Bits<T>>(rate_.threshold) ? scale : Vector<T>{};
  }

  [[nodiscard]] Numbers draw(Index sequence, Index head, Index query, Index key) const {
    const std::uint32_t block =
        math::attention_block(static_cast<std::uint32_t>(head), static_cast<std::uint32_t>(query),
                              static_cast<std::uint32_t>(key));
    const std::uint32_t example = first_example_ + static_cast<std::uint32_t>(sequence);
    Numbers numbers;
    for (std::uint32_t half = 0; half < 2; ++half)
      philox_of_four(seed_, {block + 4 * half, example, site_, step_}, &numbers[32 * half]);
    return numbers;
  }

  math::DropoutRate rate_;
  std::uint64_t seed_;
  std::uint32_t first_example_;
  std::uint32_t site_;
  std::uint32_t step_ = 0;
};

}  // namespace electra::cpu
