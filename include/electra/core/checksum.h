#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace electra {

/// CRC-32C (Castagnoli, reflected polynomial 0x82F63B78; RFC 3720, appendix B.4). To continue over
/// several pieces, pass the checksum of what came before.
[[nodiscard]] std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t before = 0);
[[nodiscard]] std::uint32_t crc32c(std::string_view text, std::uint32_t before = 0);

}  // namespace electra
