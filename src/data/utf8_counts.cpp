#include "data/utf8_counts.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "electra/data/unicode.h"

namespace electra {
namespace {

/// How many bytes at the start are ASCII and not NUL.
std::size_t plain_bytes(std::string_view text) {
  constexpr std::uint64_t high_bits = 0x8080808080808080U;
  constexpr std::uint64_t ones = 0x0101010101010101U;
  std::size_t i = 0;
  for (std::uint64_t word = 0; i + sizeof word <= text.size(); i += sizeof word) {
    std::memcpy(&word, text.data() + i, sizeof word);
    if (((word | (word - ones)) & high_bits) != 0) break;
  }
  while (i < text.size() && static_cast<unsigned char>(text[i] - 1) < 0x7F) ++i;
  return i;
}

/// Whether the text is the start of a character that goes on behind its end.
bool is_cut_character(std::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  const std::size_t length = first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  if (first > 0xF4 || text.size() >= length) return false;
  return std::ranges::all_of(text.substr(1), [](char c) { return (c & 0xC0) == 0x80; });
}

}  // namespace

Index Utf8Counts::add(std::string_view line, Index number) {
  Index invalid = 0, foreign = 0;
  for (std::size_t i = plain_bytes(line); i < line.size(); i += plain_bytes(line.substr(i))) {
    const std::string_view rest = line.substr(i);
    const Decoded character = decode_first(rest);
    if (character.valid() && character.code != 0) {
      ++characters;
      i += static_cast<std::size_t>(character.bytes);
      continue;
    }
    if (invalid == 0 && invalid_bytes == 0) {
      first_invalid_line = number;
      first_invalid_byte = static_cast<Index>(i) + 1;
    }
    const bool cut = rest.size() < 4 && is_cut_character(rest);
    const std::size_t count = cut ? rest.size() : 1;
    invalid += static_cast<Index>(count);
    foreign += cut ? 0 : 1;
    if (!cut && (rest[0] & 0xE0) == 0x80) ++control_bytes;
    if (!cut && i > 0 && static_cast<unsigned char>(line[i - 1]) >= 0x80) ++foreign_runs;
    i += count;
  }
  bytes += std::ssize(line) + 1;
  ++lines;
  invalid_bytes += invalid;
  foreign_bytes += foreign;
  invalid_lines += invalid > 0 ? 1 : 0;
  foreign_lines += foreign > 0 ? 1 : 0;
  return invalid;
}

void Utf8Counts::add(const Utf8Counts& other) {
  if (invalid_bytes == 0) {
    first_invalid_line = other.first_invalid_line;
    first_invalid_byte = other.first_invalid_byte;
  }
  bytes += other.bytes;
  lines += other.lines;
  invalid_bytes += other.invalid_bytes;
  invalid_lines += other.invalid_lines;
  foreign_bytes += other.foreign_bytes;
  foreign_lines += other.foreign_lines;
  control_bytes += other.control_bytes;
  foreign_runs += other.foreign_runs;
  characters += other.characters;
}

bool Utf8Counts::is_other_encoding() const {
  const bool many = foreign_bytes * 1000 > bytes || foreign_bytes * 10 > characters + foreign_bytes;
  const bool wide = foreign_lines == lines || (foreign_lines > 1 && foreign_lines * 100 > lines);
  return foreign_bytes >= 10 && many && wide;
}

}  // namespace electra
