#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "electra/data/unicode.h"

namespace electra::test {

enum class Order : std::uint8_t { little, big };

inline void append_unit(std::string& bytes, std::uint32_t unit, unsigned size, Order order) {
  for (unsigned i = 0; i < size; ++i) {
    const unsigned place = order == Order::little ? i : size - 1 - i;
    bytes.push_back(static_cast<char>((unit >> (8 * place)) & 0xFFU));
  }
}

inline std::string utf32(std::u32string_view text, Order order = Order::little) {
  std::string bytes;
  for (const char32_t code : text) append_unit(bytes, code, 4, order);
  return bytes;
}

inline std::string utf16(std::u32string_view text, Order order = Order::little) {
  std::string bytes;
  for (const char32_t code : text) {
    if (code < 0x10000) {
      append_unit(bytes, code, 2, order);
    } else {
      append_unit(bytes, 0xD800 + ((code - 0x10000) >> 10U), 2, order);
      append_unit(bytes, 0xDC00 + ((code - 0x10000) & 0x3FFU), 2, order);
    }
  }
  return bytes;
}

inline std::string utf8(std::u32string_view text) {
  std::string bytes;
  for (const char32_t code : text) append_utf8(bytes, code);
  return bytes;
}

}  // namespace electra::test
