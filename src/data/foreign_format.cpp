#include "data/foreign_format.h"

#include <algorithm>
#include <array>

namespace electra {
namespace {

using namespace std::string_view_literals;

struct Format {
  std::string_view magic;
  std::string_view what;
  std::size_t offset = 0;
};

constexpr auto unpack = "-compressed data: unpack it first, or pack it with gzip or zstd"sv;

constexpr std::array packed{
    Format{"\x1F\x8B\x08"sv, "gzip"},
    Format{"\x28\xB5\x2F\xFD"sv, "zstd"},
    Format{"\x31\x41\x59\x26\x53\x59"sv, "bzip2", 4},
    Format{"\xFD\x37\x7A\x58\x5A\0"sv, "xz"},
    Format{"\x5D\0\0"sv, "lzma"},
    Format{"LZIP\x01"sv, "lzip"},
    Format{"\x04\x22\x4D\x18"sv, "lz4"},
    Format{"\x02\x21\x4C\x18"sv, "lz4"},
    Format{"\xFF\x06\0\0sNaPpY"sv, "snappy"},
    Format{"\x89LZO\0"sv, "lzop"},
    Format{"\x1F\x9D"sv, "compress"},
};

constexpr std::array formats{
    Format{"ustar"sv, "a tar archive: unpack it first", 257},
    Format{"7z\xBC\xAF\x27\x1C"sv, "a 7z archive: unpack it first"},
    Format{"Rar!\x1A\x07"sv, "a RAR archive: unpack it first"},
    Format{"\x28\xB5\x2F\xFC"sv, "an old zstd format: unpack it first"},
    Format{"%PDF-"sv, "a PDF: write its text to a file (pdftotext)"},
    Format{"%!PS"sv, "PostScript: write its text to a file (ps2ascii)"},
    Format{"{\\rtf"sv, "RTF: save it as plain text in UTF-8"},
    Format{"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"sv,
           "an old Office document: save it as plain text in UTF-8"},
    Format{"PAR1"sv, "Parquet: write its text column as JSON lines"},
    Format{"ARROW1"sv, "an Arrow file: write its text column as JSON lines"},
    Format{"FEA1"sv, "a Feather file: write its text column as JSON lines"},
    Format{"Obj\x01"sv, "Avro: write its text as JSON lines"},
    Format{"SQLite format 3\0"sv, "an SQLite data base: write its text as JSON lines"},
    Format{"\x89HDF\r\n\x1A\n"sv, "HDF5: write its text as JSON lines"},
    Format{"\x93NUMPY"sv, "a NumPy array, no text"},
    Format{"ETOK\r\n\x1A\n"sv, "a token file of a run, no text"},
    Format{"version https://git-lfs.github.com/spec/"sv,
           "a pointer of Git LFS, not the text itself: git lfs pull"},
    Format{"\x7F"
           "ELF"sv,
           "a program (ELF), no text"},
    Format{"\x89PNG\r\n\x1A\n"sv, "a PNG image, no text"},
    Format{"\xFF\xD8\xFF"sv, "a JPEG image, no text"},
    Format{"GIF87a"sv, "a GIF image, no text"},
    Format{"GIF89a"sv, "a GIF image, no text"},
    Format{"II*\0"sv, "a TIFF image, no text"},
    Format{"MM\0*"sv, "a TIFF image, no text"},
    Format{"AT&TFORM"sv, "a DjVu document: write its text to a file (djvutxt)"},
    Format{"OggS\0"sv, "an Ogg file, no text"},
    Format{"ID3\x03\0"sv, "an MP3 file, no text"},
    Format{"ID3\x04\0"sv, "an MP3 file, no text"},
    Format{"fLaC\0"sv, "a FLAC file, no text"},
};

bool has(std::string_view head, const Format& format) {
  return head.size() > format.offset && head.substr(format.offset).starts_with(format.magic);
}

/// Zip is a container: its first entry tells the usual ones apart.
std::string zip(std::string_view head) {
  const std::string_view names = head.substr(0, 4096);
  const auto holds = [&](std::string_view name) { return names.find(name) != names.npos; };
  if (holds("application/epub+zip")) return "an EPUB book: save it as plain text in UTF-8";
  if (holds("opendocument")) return "an OpenDocument file: save it as plain text in UTF-8";
  if (holds("[Content_Types].xml") || holds("word/") || holds("xl/"))
    return "an Office document (docx, xlsx): save it as plain text in UTF-8";
  return "a zip archive: unpack it first";
}

bool is_control(char c) {
  const auto code = static_cast<unsigned char>(c);
  return (code < 0x20 && (code < '\t' || code > '\r')) || code == 0x7F;
}

}  // namespace

std::optional<std::string> foreign_format(std::string_view head) {
  for (const Format& format : packed)
    if (has(head, format)) return std::string(format.what) + std::string(unpack);
  if (head.starts_with("PK\x03\x04"sv) || head.starts_with("PK\x05\x06"sv)) return zip(head);
  if (head.starts_with("RIFF"sv) && head.size() >= 12 &&
      (head.substr(8, 4) == "WAVE"sv || head.substr(8, 4) == "WEBP"sv ||
       head.substr(8, 4) == "AVI "sv))
    return "a " + std::string(head.substr(8, 4)) + " file, no text";
  for (const Format& format : formats)
    if (has(head, format)) return std::string(format.what);
  return std::nullopt;
}

bool looks_binary(std::string_view head) {
  const auto nuls = std::ranges::count(head, '\0');
  const auto controls = std::ranges::count_if(head, is_control);
  const auto bytes = std::ssize(head);
  return (nuls > 3 && nuls * 1000 > bytes) || (controls > 10 && controls * 20 > bytes);
}

}  // namespace electra
