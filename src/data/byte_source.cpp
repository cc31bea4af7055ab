#include "data/byte_source.h"

#include <string>

#include "electra/core/error.h"

namespace electra {

ByteSource::ByteSource(const std::filesystem::path& path)
    : file_(path), packed_(file_.read()), packing_(packing_of(packed_)), unpacker_(packing_) {}

std::string_view ByteSource::next() {
  const std::string format = packing_ == Packing::gzip ? "gzip" : "zstd";
  while (true) {
    std::string_view piece;
    try {
      piece = unpacker_.unpack(packed_);
    } catch (const Error& error) {
      fail_corpus(file_.path(), "expected " + format + ", found it damaged after byte " +
                                    std::to_string(file_.bytes() - std::ssize(packed_)) + ": " +
                                    error.what());
    }
    if (!piece.empty()) return piece;
    if (packed_ = file_.read(); !packed_.empty()) continue;
    if (!unpacker_.complete())
      fail_corpus(file_.path(), "expected " + format + " to its end, found it cut off after " +
                                    std::to_string(file_.bytes()) + " bytes");
    return {};
  }
}

}  // namespace electra
