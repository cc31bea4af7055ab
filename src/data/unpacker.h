#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace electra {

enum class Packing : std::uint8_t { none, gzip, zstd };

/// What the first bytes of a file say of how it is packed; its name has no say.
[[nodiscard]] Packing packing_of(std::string_view head);

/// Unpacks a stream of bytes piece by piece: gzip (members one after the other, zeros behind the
/// last), zstd (frames one after the other, skippable ones among them), or none. Its memory is what
/// the format asks for: 32 KiB, or the window that a zstd frame names.
class Unpacker {
 public:
  explicit Unpacker(Packing packing);
  ~Unpacker();
  Unpacker(Unpacker&& other) noexcept;
  Unpacker& operator=(Unpacker&& other) noexcept;

  /// Unpacks from the start of `packed`, takes away what it used, and returns up to 256 KiB, valid
  /// until the next call. Empty: `packed` is used up. Throws Error that says what is wrong.
  [[nodiscard]] std::string_view unpack(std::string_view& packed);
  /// Whether the stream may end here. If not, it was cut off.
  [[nodiscard]] bool complete() const;

 private:
  struct Gzip;
  struct Zstd;

  [[nodiscard]] std::string_view inflate_some(std::string_view& packed);
  [[nodiscard]] std::string_view decompress_some(std::string_view& packed);

  std::unique_ptr<Gzip> gzip_;
  std::unique_ptr<Zstd> zstd_;
  std::string buffer_;
};

}  // namespace electra
