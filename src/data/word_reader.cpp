#include "electra/data/word_reader.h"

#include <array>

#include "data/characters.h"
#include "electra/data/unicode.h"

namespace electra {

namespace {

enum class AsciiClass : std::uint8_t { letter, punctuation, space, dropped };

constexpr std::array<AsciiClass, 128> ascii_classes = [] {
  std::array<AsciiClass, 128> classes{};
  for (std::size_t c = 0; c < classes.size(); ++c) {
    const bool alphanumeric =
        (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r')
      classes[c] = AsciiClass::space;
    else if (c < ' ' || c == 127)
      classes[c] = AsciiClass::dropped;
    else
      classes[c] = alphanumeric ? AsciiClass::letter : AsciiClass::punctuation;
  }
  return classes;
}();

bool is_ascii(char byte) { return static_cast<unsigned char>(byte) < 0x80; }

AsciiClass ascii_class(char byte) { return ascii_classes[static_cast<unsigned char>(byte)]; }

bool is_ascii_space(char byte) { return is_ascii(byte) && ascii_class(byte) == AsciiClass::space; }

char lower_ascii(char byte) {
  return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte + ('a' - 'A')) : byte;
}

}  // namespace

std::span<const std::string_view> enum_names(Compat) {
  static constexpr std::array<std::string_view, 2> names{"google", "hf"};
  return names;
}

WordReader::WordReader(std::string_view text, WordpieceOptions options)
    : rest_(text), options_(options) {}

void WordReader::restart(std::string_view text) {
  rest_ = text;
  position_ = 0;
  words_.clear();
  taken_ = 0;
}

std::optional<Word> WordReader::next() {
  while (taken_ == words_.size())
    if (!read_chunk()) return std::nullopt;
  const auto [begin, end, characters] = words_[taken_++];
  return Word{std::string_view(text_).substr(begin, end - begin),
              std::span<const Index>(origins_).subspan(begin, end - begin), characters};
}

// Nothing that is done to a word looks across ASCII white space, so that the text is taken in
// chunks between it, and most chunks are plain ASCII.
bool WordReader::read_chunk() {
  std::size_t begin = 0;
  while (begin < rest_.size() && is_ascii_space(rest_[begin])) ++begin;
  std::size_t end = begin;
  bool ascii = true;
  for (; end < rest_.size() && !is_ascii_space(rest_[end]); ++end) ascii &= is_ascii(rest_[end]);
  const std::string_view chunk = rest_.substr(begin, end - begin);
  rest_.remove_prefix(end);
  position_ += static_cast<Index>(begin);
  words_.clear();
  taken_ = 0;
  if (ascii && options_.clean_text)
    split_ascii(chunk);
  else
    split_unicode(chunk);
  return !chunk.empty();
}

void WordReader::split_ascii(std::string_view chunk) {
  text_.resize(chunk.size());
  origins_.resize(chunk.size());
  std::size_t begin = 0;
  std::size_t end = 0;
  const auto finish_word = [&] {
    if (begin < end) add_word({begin, end, static_cast<Index>(end - begin)});
    begin = end;
  };
  for (const char byte : chunk) {
    const Index origin = position_++;
    const AsciiClass kind = ascii_class(byte);
    if (kind == AsciiClass::dropped) continue;
    if (kind == AsciiClass::punctuation) finish_word();
    text_[end] = options_.lower_case ? lower_ascii(byte) : byte;
    origins_[end++] = origin;
    if (kind == AsciiClass::punctuation) finish_word();
  }
  finish_word();
}

void WordReader::split_unicode(std::string_view chunk) {
  const bool cleans = options_.clean_text;
  text_.clear();
  origins_.clear();
  std::vector<Character> segment;
  std::size_t begin = 0;
  Index characters = 0;
  const auto finish_word = [&] {
    if (characters > 0) add_word({begin, text_.size(), characters});
    begin = text_.size();
    characters = 0;
  };
  const auto finish_segment = [&] {
    stripped_ += normalise(segment, options_);
    for (const auto [code, origin] : segment) {
      const bool punctuation = is_punctuation(code, options_.compat);
      if (punctuation) finish_word();
      append_utf8(text_, code);
      origins_.resize(text_.size(), origin);
      ++characters;
      if (punctuation) finish_word();
    }
    finish_word();
    segment.clear();
  };
  while (!chunk.empty()) {
    const Decoded decoded = decode_first(chunk);
    chunk.remove_prefix(static_cast<std::size_t>(decoded.bytes));
    const Index origin = position_++;
    if (!decoded.valid()) continue;
    if (cleans && is_dropped(decoded.code, options_.compat)) continue;
    const bool separator =
        cleans ? is_separator(decoded.code) : is_uncleaned_separator(decoded.code);
    const bool alone = options_.handle_chinese_chars && is_ideograph(decoded.code, options_.compat);
    if (separator || alone) finish_segment();
    if (!separator) segment.push_back({decoded.code, origin});
    if (alone) finish_segment();
  }
  finish_segment();
}

void WordReader::add_word(Bounds word) {
  constexpr Index piece = WordpieceOptions::long_word_piece;
  const bool cuts = options_.cut_long_words && word.characters > options_.longest_word();
  while (cuts && word.characters > piece) {
    const std::size_t begin = word.begin;
    for (Index i = 0; i < piece; ++i)
      word.begin +=
          static_cast<std::size_t>(decode_first(std::string_view(text_).substr(word.begin)).bytes);
    words_.push_back({begin, word.begin, piece});
    word.characters -= piece;
  }
  words_.push_back(word);
}

}  // namespace electra
