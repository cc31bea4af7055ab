#include "electra/core/checksum.h"

#include <catch2/catch.hpp>
#include <string>

using electra::crc32c;

TEST_CASE("crc32c has the published check values", "[checksum]") {
  CHECK(crc32c("") == 0U);
  CHECK(crc32c("123456789") == 0xE3069283U);
  CHECK(crc32c(std::string(32, '\0')) == 0x8A9136AAU);    // RFC 3720, B.4
  CHECK(crc32c(std::string(32, '\xff')) == 0x62A8AB43U);  // RFC 3720, B.4
}

TEST_CASE("crc32c of pieces is crc32c of the whole", "[checksum][law]") {
  std::string text;
  for (int i = 0; i < 100; ++i) text += static_cast<char>(i * 37 + 11);
  const auto whole = crc32c(text);
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    const auto first = crc32c(std::string_view(text).substr(0, cut));
    CHECK(crc32c(std::string_view(text).substr(cut), first) == whole);
  }
}
