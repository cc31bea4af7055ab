#include "electra/data/unicode.h"

#include <utf8proc.h>

#include "data/characters.h"

namespace electra {

namespace {

constexpr Decoded invalid_byte = {0xffffffff, 1};

unsigned byte_at(std::string_view text, std::size_t i) {
  return static_cast<unsigned char>(text[i]);
}

bool is_continuation(std::string_view text, std::size_t i) {
  return i < text.size() && (byte_at(text, i) & 0xc0U) == 0x80U;
}

std::size_t length_by_first_byte(unsigned first) {
  if (first < 0xc2) return 0;
  if (first < 0xe0) return 2;
  if (first < 0xf0) return 3;
  return first < 0xf5 ? 4 : 0;
}

bool is_overlong_or_outside(char32_t code, std::size_t bytes) {
  if (bytes == 3) return code < 0x800 || (code >= 0xd800 && code <= 0xdfff);
  return bytes == 4 && (code < 0x10000 || code > 0x10ffff);
}

}  // namespace

std::string_view unicode_version() { return utf8proc_unicode_version(); }

Decoded decode_first(std::string_view text) {
  const unsigned first = byte_at(text, 0);
  if (first < 0x80) return {first, 1};
  const std::size_t bytes = length_by_first_byte(first);
  if (bytes == 0) return invalid_byte;
  char32_t code = first & (0x7fU >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    if (!is_continuation(text, i)) return invalid_byte;
    code = (code << 6U) | (byte_at(text, i) & 0x3fU);
  }
  if (is_overlong_or_outside(code, bytes)) return invalid_byte;
  return {code, static_cast<Index>(bytes)};
}

void append_utf8(std::string& text, char32_t code) {
  const auto continuation = [&](unsigned shift) {
    text.push_back(static_cast<char>(0x80U | ((code >> shift) & 0x3fU)));
  };
  if (code < 0x80) {
    text.push_back(static_cast<char>(code));
  } else if (code < 0x800) {
    text.push_back(static_cast<char>(0xc0U | (code >> 6U)));
    continuation(0);
  } else if (code < 0x10000) {
    text.push_back(static_cast<char>(0xe0U | (code >> 12U)));
    continuation(6);
    continuation(0);
  } else {
    text.push_back(static_cast<char>(0xf0U | (code >> 18U)));
    continuation(12);
    continuation(6);
    continuation(0);
  }
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const Decoded character = decode_first(text);
    if (!character.valid()) return false;
    text.remove_prefix(static_cast<std::size_t>(character.bytes));
  }
  return true;
}

Index count_characters(std::string_view text) {
  Index count = 0;
  while (!text.empty()) {
    const Decoded character = decode_first(text);
    if (character.valid()) ++count;
    text.remove_prefix(static_cast<std::size_t>(character.bytes));
  }
  return count;
}

std::string_view slice_characters(std::string_view text, Index begin, Index end) {
  std::size_t from = text.size();
  Index position = 0;
  for (std::size_t i = 0; i < text.size();) {
    if (position >= end) return text.substr(std::min(from, i), i - std::min(from, i));
    if (position == begin) from = i;
    ++position;
    i += static_cast<std::size_t>(decode_first(text.substr(i)).bytes);
  }
  return text.substr(from);
}

std::vector<Index> character_starts(std::string_view text) {
  std::vector<Index> starts;
  std::size_t i = 0;
  for (; i < text.size(); i += static_cast<std::size_t>(decode_first(text.substr(i)).bytes))
    starts.push_back(static_cast<Index>(i));
  starts.push_back(static_cast<Index>(i));
  return starts;
}

std::string well_formed(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const Decoded character = decode_first(text);
    append_utf8(result, character.valid() ? character.code : U'\ufffd');
    text.remove_prefix(static_cast<std::size_t>(character.bytes));
  }
  return result;
}

std::string_view strip(std::string_view text) {
  std::size_t begin = text.size();
  std::size_t end = 0;
  for (std::size_t i = 0; i < text.size();) {
    const Decoded character = decode_first(text.substr(i));
    const std::size_t next = i + static_cast<std::size_t>(character.bytes);
    if (!character.valid() || !is_white_space(character.code)) {
      begin = std::min(begin, i);
      end = next;
    }
    i = next;
  }
  return begin < end ? text.substr(begin, end - begin) : std::string_view{};
}

}  // namespace electra
