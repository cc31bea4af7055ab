#include "data/plain_words.h"

#include <cstring>

namespace electra {
namespace {

constexpr std::size_t block_bytes = 64;

using Byte = std::uint8_t;

enum Kind : Byte { letter = 1, space = 2, printable = 4 };

bool is_space(char byte) { return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r'; }

/// Bit i says whether byte i of these 64 has the kind: a product moves the lowest bits of eight
/// bytes into its highest byte.
std::uint64_t bits_of(const std::array<Byte, block_bytes>& kinds, Kind kind) {
  constexpr std::uint64_t lowest = 0x0101010101010101;
  constexpr std::uint64_t gather = 0x0102040810204080;
  static_assert(std::endian::native == std::endian::little);
  const int shift = std::countr_zero(static_cast<unsigned>(kind));
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < block_bytes; i += 8) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, &kinds[i], sizeof eight);
    bits |= ((((eight >> shift) & lowest) * gather) >> 56U) << i;
  }
  return bits;
}

// These two have no branch and no table, and numbers of eight bits, so that compilers make vectors
// of them.
void lower(const Byte* __restrict bytes, Byte* __restrict lowered, Byte difference) {
  for (std::size_t i = 0; i < block_bytes; ++i) {
    const Byte capital = Byte(bytes[i] - 'A') < 26 ? 0xff : 0;
    lowered[i] = Byte(bytes[i] + (capital & difference));
  }
}

void find_kinds(const Byte* __restrict bytes, Byte* __restrict kinds) {
  for (std::size_t i = 0; i < block_bytes; ++i) {
    const Byte byte = bytes[i];
    const Byte alphanumeric =
        (Byte((byte | 0x20) - 'a') < 26 ? letter : 0) | (Byte(byte - '0') < 10 ? letter : 0);
    const Byte blank = (byte == ' ' ? space : 0) | (byte == '\t' ? space : 0) |
                       (byte == '\n' ? space : 0) | (byte == '\r' ? space : 0);
    const Byte sign = Byte(byte - ' ') < 127 - ' ' ? printable : 0;
    kinds[i] = alphanumeric | blank | sign;
  }
}

}  // namespace

std::uint64_t PlainWords::classify(std::size_t block, const char* bytes, bool lower_case) {
  std::array<Byte, block_bytes> in, lowered, kinds;
  std::memcpy(in.data(), bytes, block_bytes);
  lower(in.data(), lowered.data(), lower_case ? 'a' - 'A' : 0);
  find_kinds(in.data(), kinds.data());
  std::memcpy(&text_[block * block_bytes], lowered.data(), block_bytes);
  const std::uint64_t letters = bits_of(kinds, letter), spaces = bits_of(kinds, space);
  const std::uint64_t printables = bits_of(kinds, printable);
  const bool goes_on = block > 0 && (letters_[block - 1] >> (block_bytes - 1)) != 0;
  letters_[block] = letters;
  starts_[block] =
      (letters & ~((letters << 1U) | std::uint64_t{goes_on})) | (printables & ~(letters | spaces));
  return ~(printables | spaces);
}

std::size_t PlainWords::take(std::string_view text, bool lower_case) {
  const std::size_t most = std::min(text.size(), capacity);
  std::size_t taken = 0;
  std::uint64_t others = 0;
  for (std::size_t block = 0; taken < most && others == 0; ++block) {
    const std::size_t length = std::min(block_bytes, most - taken);
    std::array<char, block_bytes> last;
    const char* bytes = text.data() + taken;
    if (length < block_bytes) {
      last.fill(' ');
      std::memcpy(last.data(), bytes, length);
      bytes = last.data();
    }
    others = classify(block, bytes, lower_case);
    taken += others == 0 ? length : static_cast<std::size_t>(std::countr_zero(others));
  }
  if (taken < text.size())
    while (taken > 0 && !is_space(text[taken - 1])) --taken;
  blocks_ = (taken + block_bytes - 1) / block_bytes;
  if (const std::size_t used = taken % block_bytes; used > 0)
    starts_[blocks_ - 1] &= (std::uint64_t{1} << used) - 1;
  return taken;
}

}  // namespace electra
