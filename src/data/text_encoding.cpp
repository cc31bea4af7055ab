#include "data/text_encoding.h"

#include <iconv.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <utility>

#include "electra/core/error.h"
#include "electra/data/unicode.h"

namespace electra {
namespace {

using namespace std::string_view_literals;

const iconv_t no_converter = reinterpret_cast<iconv_t>(-1);

/// iconv says "LATIN1" where Python says "latin-1".
iconv_t open_converter(std::string_view name) {
  std::string plain(name), hyphens(name);
  std::erase_if(plain, [](char c) { return c == '-' || c == '_'; });
  std::ranges::replace(hyphens, '_', '-');
  for (const std::string& spelling : {std::string(name), plain, hyphens}) {
    const iconv_t converter = ::iconv_open("UTF-8", spelling.c_str());
    if (converter != no_converter) return converter;
  }
  return no_converter;
}

std::string upper_letters_and_digits(std::string_view name) {
  std::string result;
  for (const char c : name) {
    if (c >= 'a' && c <= 'z')
      result += static_cast<char>(c - 'a' + 'A');
    else if (c != '-' && c != '_')
      result += c;
  }
  return result;
}

/// Bytes of the smallest part of a character.
std::size_t unit_of(std::string_view encoding) {
  const std::string plain = upper_letters_and_digits(encoding);
  if (plain.starts_with("UTF16") || plain.starts_with("UCS2")) return 2;
  return plain.starts_with("UTF32") || plain.starts_with("UCS4") ? 4 : 1;
}

struct Mark {
  std::string_view bytes;
  const char* encoding;
};

constexpr std::array marks{
    Mark{"\xEF\xBB\xBF"sv, "UTF-8"},    Mark{"\xFF\xFE\0\0"sv, "UTF-32LE"},
    Mark{"\0\0\xFE\xFF"sv, "UTF-32BE"}, Mark{"\xFF\xFE"sv, "UTF-16LE"},
    Mark{"\xFE\xFF"sv, "UTF-16BE"},
};

/// Whether the head is text so: with white space and without control characters, and with hardly
/// anything that the encoding cannot mean.
bool reads_as(const char* encoding, std::string_view head) {
  Transcoder transcoder(encoding);
  std::string text;
  transcoder.append(head, text);
  const auto controls = std::ranges::count_if(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20 && (c < '\t' || c > '\r'); });
  const Index characters = count_characters(text);
  const bool spaced = text.find_first_of(" \n\r") != text.npos || text.find("\u3000") != text.npos;
  return spaced && controls * 1000 <= characters &&
         transcoder.invalid_bytes() * 1000 <= std::ssize(head);
}

/// Whether one byte a character is no reading of it: a quarter of the bytes are NUL, many are other
/// control characters (as the upper bytes of alphabets are), or what is left is no UTF-8.
bool is_no_text_of_bytes(std::string_view head, Index nuls) {
  std::string others(head);
  std::erase(others, '\0');
  const auto controls = std::ranges::count_if(others, [](char c) {
    return static_cast<unsigned char>(c) < 0x20 && c != '\r' && c != '\n';
  });
  return nuls * 4 >= std::ssize(head) || controls * 10 >= std::ssize(others) || !is_utf8(others);
}

/// By the NULs that spaces and line ends bring: most of them on one side of each unit.
std::optional<std::string> wide_encoding(std::string_view head) {
  std::array<Index, 4> nuls{};
  for (std::size_t i = 0; i < head.size(); ++i)
    if (head[i] == '\0') ++nuls[i % 4];
  const Index all = nuls[0] + nuls[1] + nuls[2] + nuls[3];
  if (head.size() < 4 || all == 0 || !is_no_text_of_bytes(head, all)) return std::nullopt;
  const auto little = nuls[1] + nuls[3], big = nuls[0] + nuls[2];
  const Index units = std::ssize(head) / 4;
  if (std::min(nuls[2], nuls[3]) >= units * 9 / 10 && reads_as("UTF-32LE", head)) return "UTF-32LE";
  if (std::min(nuls[0], nuls[1]) >= units * 9 / 10 && reads_as("UTF-32BE", head)) return "UTF-32BE";
  const std::array orders =
      little >= big ? std::array{"UTF-16LE", "UTF-16BE"} : std::array{"UTF-16BE", "UTF-16LE"};
  for (const char* order : orders)
    if (reads_as(order, head)) return order;
  return std::nullopt;
}

/// The head without a character that its end cuts.
std::string_view whole_characters(std::string_view head) {
  for (std::size_t cut = 1; cut <= 3 && cut <= head.size(); ++cut) {
    const auto byte = static_cast<unsigned char>(head[head.size() - cut]);
    if (byte >= 0xC0) return head.substr(0, head.size() - cut);
    if (byte < 0x80) break;
  }
  return head;
}

/// What no text in two or four bytes a character looks like.
bool is_text_without_nuls(std::string_view head) {
  return !head.empty() && head.find('\0') == head.npos && is_utf8(whole_characters(head));
}

bool is_surely_utf8(std::string_view head) {
  head = whole_characters(head);
  const auto starts =
      std::ranges::count_if(head, [](char c) { return static_cast<unsigned char>(c) >= 0xC0; });
  return starts >= 10 && is_utf8(head);
}

}  // namespace

bool is_utf8_name(std::string_view name) {
  const std::string plain = upper_letters_and_digits(name);
  return plain == "AUTO" || plain == "UTF8" || plain == "UTF8SIG";
}

bool is_encoding(std::string_view name) {
  if (is_utf8_name(name)) return true;
  if (name.empty() || name.find('\0') != name.npos || name.find('/') != name.npos) return false;
  const iconv_t converter = open_converter(name);
  if (converter == no_converter) return false;
  ::iconv_close(converter);
  return true;
}

Encoding encoding_of(std::string_view head, std::string_view wanted) {
  for (const Mark& mark : marks)
    if (head.starts_with(mark.bytes)) return {mark.encoding, mark.bytes.size(), false};
  if (!is_utf8_name(wanted)) {
    if (is_surely_utf8(head) || (unit_of(wanted) > 1 && is_text_without_nuls(head))) return {};
    return {std::string(wanted), 0, true};
  }
  if (const auto wide = wide_encoding(head)) return {*wide, 0, false};
  return {.named_by_user = wanted != "auto"};
}

std::string other_encoding(std::string_view head) {
  for (const std::string_view escape : {"\x1B$B"sv, "\x1B$@"sv})
    if (head.find(escape) != head.npos)
      return "its escapes are those of ISO-2022-JP: data.encoding=iso-2022-jp reads that";
  if (head.find("\x1B$)C"sv) != head.npos)
    return "its escapes are those of ISO-2022-KR: data.encoding=iso-2022-kr reads that";
  return {};
}

Transcoder::Transcoder(const std::string& encoding)
    : converter_(open_converter(encoding)), unit_(unit_of(encoding)) {
  if (converter_ == no_converter)
    throw Error("iconv does not know the encoding \"" + encoding + "\"");
}

Transcoder::~Transcoder() {
  if (converter_ != no_converter) ::iconv_close(converter_);
}

Transcoder::Transcoder(Transcoder&& other) noexcept
    : converter_(std::exchange(other.converter_, no_converter)),
      unit_(other.unit_),
      waiting_(std::move(other.waiting_)),
      invalid_(other.invalid_) {}

Transcoder& Transcoder::operator=(Transcoder&& other) noexcept {
  std::swap(converter_, other.converter_);
  std::swap(unit_, other.unit_);
  std::swap(waiting_, other.waiting_);
  std::swap(invalid_, other.invalid_);
  return *this;
}

/// Returns how many bytes at the end wait for more.
std::size_t Transcoder::convert(std::string_view bytes, std::string& text) {
  std::array<char, 4096> out;
  char* from = const_cast<char*>(bytes.data());  // which iconv does not write
  std::size_t left = bytes.size();
  while (left > 0) {
    char* to = out.data();
    std::size_t room = out.size();
    const std::size_t result = ::iconv(converter_, &from, &left, &to, &room);
    text.append(out.data(), out.size() - room);
    if (result != static_cast<std::size_t>(-1) || errno == E2BIG) continue;
    if (errno == EINVAL) return left;
    const std::size_t skipped = std::min(unit_, left);
    from += skipped;
    left -= skipped;
    invalid_ += static_cast<Index>(skipped);
  }
  return 0;
}

void Transcoder::append(std::string_view piece, std::string& text) {
  std::string joined;
  if (!waiting_.empty()) {
    joined = std::move(waiting_);
    joined += piece;
    piece = joined;
  }
  const std::size_t left = convert(piece, text);
  waiting_ = std::string(piece.substr(piece.size() - left));
}

void Transcoder::finish(std::string& text) {
  invalid_ += std::ssize(waiting_);
  waiting_.clear();
  std::array<char, 64> out;
  char* to = out.data();
  std::size_t room = out.size();
  ::iconv(converter_, nullptr, nullptr, &to, &room);
  text.append(out.data(), out.size() - room);
}

}  // namespace electra
