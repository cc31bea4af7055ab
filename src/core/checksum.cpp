#include "electra/core/checksum.h"

#include <array>
#include <cstring>

namespace electra {
namespace {

using Tables = std::array<std::array<std::uint32_t, 256>, 8>;

/// tables[k][b]: what byte b does to the remainder with k zero bytes behind it.
constexpr Tables make_tables() {
  Tables tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t rest = byte;
    for (int bit = 0; bit < 8; ++bit) rest = (rest >> 1U) ^ ((rest & 1U) != 0 ? 0x82F63B78U : 0U);
    tables[0][byte] = rest;
  }
  for (std::size_t k = 1; k < 8; ++k) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint32_t rest = tables[k - 1][byte];
      tables[k][byte] = (rest >> 8U) ^ tables[0][rest & 255U];
    }
  }
  return tables;
}

constexpr Tables tables = make_tables();

std::uint32_t eight_bytes(const std::byte* bytes, std::uint32_t rest) {
  std::array<std::uint8_t, 8> b;
  std::memcpy(b.data(), bytes, 8);
  for (std::size_t i = 0; i < 4; ++i) b[i] ^= static_cast<std::uint8_t>(rest >> (8 * i));
  return tables[7][b[0]] ^ tables[6][b[1]] ^ tables[5][b[2]] ^ tables[4][b[3]] ^ tables[3][b[4]] ^
         tables[2][b[5]] ^ tables[1][b[6]] ^ tables[0][b[7]];
}

}  // namespace

std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t before) {
  std::uint32_t rest = ~before;
  while (bytes.size() >= 8) {
    rest = eight_bytes(bytes.data(), rest);
    bytes = bytes.subspan(8);
  }
  for (const std::byte byte : bytes)
    rest = (rest >> 8U) ^ tables[0][(rest ^ static_cast<std::uint32_t>(byte)) & 255U];
  return ~rest;
}

std::uint32_t crc32c(std::string_view text, std::uint32_t before) {
  return crc32c(std::as_bytes(std::span(text)), before);
}

}  // namespace electra
