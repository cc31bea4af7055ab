#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace electra {

/// The words of plain text: ASCII without control characters but tab and line ends. They are runs
/// of letters and digits; every other sign is a word by itself. 64 bytes are looked at together, a
/// bit for each.
class PlainWords {
 public:
  /// Takes the start of a text, as far as it is plain, up to and with white space or to the text's
  /// end, `capacity` bytes at most. Returns how many bytes it took: 0 where something else follows
  /// before any white space.
  [[nodiscard]] std::size_t take(std::string_view text, bool lower_case);

  /// Calls `f(std::string_view)` for each word that was taken, in lower case if that was wanted.
  template <class F>
  void each(F&& f) const {
    for (std::size_t block = 0; block < blocks_; ++block)
      for (std::uint64_t starts = starts_[block]; starts != 0; starts &= starts - 1) {
        const auto bit = static_cast<unsigned>(std::countr_zero(starts));
        f(std::string_view(&text_[block * block_bytes + bit], length_at(block, bit)));
      }
  }

  static constexpr std::size_t capacity = 2048;

 private:
  static constexpr std::size_t block_bytes = 64;

  /// The bits of the bytes that are something else.
  std::uint64_t classify(std::size_t block, const char* bytes, bool lower_case);

  [[nodiscard]] std::size_t length_at(std::size_t block, unsigned bit) const {
    auto length = static_cast<std::size_t>(std::countr_one(letters_[block] >> bit));
    if (bit + length == block_bytes)
      for (std::size_t more = block_bytes; more == block_bytes && ++block < blocks_; length += more)
        more = static_cast<std::size_t>(std::countr_one(letters_[block]));
    return std::max<std::size_t>(length, 1);
  }

  std::array<char, capacity> text_;
  std::array<std::uint64_t, capacity / block_bytes> letters_;  // and digits
  std::array<std::uint64_t, capacity / block_bytes> starts_;   // of words
  std::size_t blocks_ = 0;
};

}  // namespace electra
