#include "data/unpacker.h"

#define ZLIB_CONST
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "electra/core/error.h"

namespace electra {
namespace {

constexpr std::size_t piece_bytes = std::size_t{1} << 18U;

bool opens_zstd_frame(std::string_view head) {
  using namespace std::string_view_literals;
  if (head.starts_with("\x28\xB5\x2F\xFD"sv)) return true;
  return head.size() >= 4 && head.substr(1).starts_with("\x2A\x4D\x18"sv) &&
         (static_cast<unsigned char>(head[0]) & 0xf0U) == 0x50U;  // a skippable frame
}

}  // namespace

Packing packing_of(std::string_view head) {
  if (head.starts_with("\x1F\x8B\x08")) return Packing::gzip;
  return opens_zstd_frame(head) ? Packing::zstd : Packing::none;
}

struct Unpacker::Gzip {
  Gzip() {
    constexpr int gzip_alone = 16;
    if (inflateInit2(&stream, MAX_WBITS + gzip_alone) != Z_OK)
      throw Error("zlib cannot be started");
  }
  ~Gzip() { inflateEnd(&stream); }
  Gzip(const Gzip&) = delete;
  Gzip& operator=(const Gzip&) = delete;

  /// Goes on to the next member, if more than zeros follow.
  void skip_padding(std::string_view& packed) {
    packed.remove_prefix(std::min(packed.find_first_not_of('\0'), packed.size()));
    if (packed.empty()) return;
    if (packed[0] != '\x1F') throw Error("something follows its last member that is not gzip");
    if (inflateReset(&stream) != Z_OK) throw Error("zlib cannot be started");
    between_members = false;
  }

  z_stream stream{};
  bool between_members = false;
};

struct Unpacker::Zstd {
  Zstd() : stream(ZSTD_createDStream()) {
    if (stream == nullptr) throw Error("zstd cannot be started");
    // Frames made with --long may name a window of up to 2 GiB.
    const auto bounds = ZSTD_dParam_getBounds(ZSTD_d_windowLogMax);
    ZSTD_DCtx_setParameter(stream, ZSTD_d_windowLogMax, bounds.upperBound);
  }
  ~Zstd() { ZSTD_freeDStream(stream); }
  Zstd(const Zstd&) = delete;
  Zstd& operator=(const Zstd&) = delete;

  ZSTD_DStream* stream;
  bool between_frames = true;
  bool buffer_was_full = false;  // more may come without more bytes
};

Unpacker::Unpacker(Packing packing) {
  if (packing == Packing::gzip) gzip_ = std::make_unique<Gzip>();
  if (packing == Packing::zstd) zstd_ = std::make_unique<Zstd>();
  if (packing != Packing::none) buffer_.resize(piece_bytes);
}

Unpacker::~Unpacker() = default;
Unpacker::Unpacker(Unpacker&& other) noexcept = default;
Unpacker& Unpacker::operator=(Unpacker&& other) noexcept = default;

std::string_view Unpacker::unpack(std::string_view& packed) {
  if (gzip_) return inflate_some(packed);
  if (zstd_) return decompress_some(packed);
  return std::exchange(packed, {});
}

bool Unpacker::complete() const {
  return (!gzip_ || gzip_->between_members) && (!zstd_ || zstd_->between_frames);
}

std::string_view Unpacker::inflate_some(std::string_view& packed) {
  z_stream& stream = gzip_->stream;
  while (true) {
    if (gzip_->between_members) gzip_->skip_padding(packed);
    if (gzip_->between_members) return {};
    const std::string_view taken = packed.substr(0, std::numeric_limits<uInt>::max());
    stream.next_in = reinterpret_cast<const Bytef*>(taken.data());
    stream.avail_in = static_cast<uInt>(taken.size());
    stream.next_out = reinterpret_cast<Bytef*>(buffer_.data());
    stream.avail_out = static_cast<uInt>(buffer_.size());
    const int result = inflate(&stream, Z_NO_FLUSH);
    packed.remove_prefix(taken.size() - stream.avail_in);
    const std::size_t made = buffer_.size() - stream.avail_out;
    gzip_->between_members = result == Z_STREAM_END;
    if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR)
      throw Error(stream.msg != nullptr ? stream.msg : "zlib's error " + std::to_string(result));
    if (made > 0) return {buffer_.data(), made};
    if (packed.empty()) return {};
    if (result == Z_BUF_ERROR) throw Error("zlib makes no progress");
  }
}

std::string_view Unpacker::decompress_some(std::string_view& packed) {
  while (!packed.empty() || zstd_->buffer_was_full) {
    ZSTD_inBuffer in{packed.data(), packed.size(), 0};
    ZSTD_outBuffer out{buffer_.data(), buffer_.size(), 0};
    const std::size_t result = ZSTD_decompressStream(zstd_->stream, &out, &in);
    if (ZSTD_isError(result) != 0) throw Error(ZSTD_getErrorName(result));
    packed.remove_prefix(in.pos);
    zstd_->buffer_was_full = out.pos == out.size;
    // A call that neither took nor made anything says nothing of where the frame stands.
    if (in.pos > 0 || out.pos > 0) zstd_->between_frames = result == 0;
    if (out.pos > 0) return {buffer_.data(), out.pos};
  }
  return {};
}

}  // namespace electra
