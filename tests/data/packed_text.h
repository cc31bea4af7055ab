#pragma once

#define ZLIB_CONST
#include <zlib.h>
#include <zstd.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace electra::test {

inline std::string gzip(std::string_view text) {
  z_stream stream{};
  if (deflateInit2(&stream, 6, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::runtime_error("zlib cannot be started");
  std::string packed(deflateBound(&stream, static_cast<uLong>(text.size())), '\0');
  stream.next_in = reinterpret_cast<const Bytef*>(text.data());
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  const int result = deflate(&stream, Z_FINISH);
  packed.erase(packed.size() - stream.avail_out);
  deflateEnd(&stream);
  if (result != Z_STREAM_END) throw std::runtime_error("zlib did not finish");
  return packed;
}

/// With a checksum, as the program zstd writes it.
inline std::string zstd(std::string_view text) {
  std::string packed(ZSTD_compressBound(text.size()), '\0');
  ZSTD_CCtx* context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
  const auto size = ZSTD_compress2(context, packed.data(), packed.size(), text.data(), text.size());
  ZSTD_freeCCtx(context);
  if (ZSTD_isError(size) != 0) throw std::runtime_error(ZSTD_getErrorName(size));
  packed.resize(size);
  return packed;
}

/// A zstd frame that holds nothing that is read.
inline std::string skippable_frame(std::string_view text) {
  std::string frame("\x53\x2A\x4D\x18", 4);
  for (int i = 0; i < 4; ++i)
    frame.push_back(static_cast<char>((text.size() >> (8 * static_cast<unsigned>(i))) & 0xFFU));
  return frame.append(text);
}

/// Text that does not repeat, so that packing hardly shortens it.
inline std::string noise(std::size_t bytes) {
  std::string text;
  for (std::uint32_t state = 1; text.size() < bytes;) {
    state = state * 1664525 + 1013904223;
    text.push_back(static_cast<char>('!' + (state >> 24U) % 90));
    if (text.size() % 60 == 0) text.push_back('\n');
  }
  return text;
}

}  // namespace electra::test
