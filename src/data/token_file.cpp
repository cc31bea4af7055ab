#include "electra/data/token_file.h"

#include <algorithm>
#include <cstring>
#include <iomanip>
#include <sstream>
#include <utility>

#include "data/token_format.h"
#include "electra/core/checksum.h"
#include "electra/core/error.h"

namespace electra {
namespace {

using token_format::Header;
using token_format::Section;

std::string hexadecimal(std::uint64_t number, int digits) {
  std::ostringstream text;
  text << std::hex << std::setfill('0') << std::setw(digits) << number;
  return text.str();
}

std::string difference(const std::string& expected, const std::string& found) {
  return "expected " + expected + ", found " + found;
}

std::string difference(Index expected, Index found) {
  return difference(std::to_string(expected), std::to_string(found));
}

std::span<const std::byte> cut(std::span<const std::byte> file, Section section) {
  return file.subspan(static_cast<std::size_t>(section.begin),
                      static_cast<std::size_t>(section.bytes));
}

template <class T>
std::span<const T> view(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const T*>(bytes.data()), bytes.size() / sizeof(T)};
}

/// Empty if it is right.
std::string checksum_error(std::span<const std::byte> bytes, std::uint32_t expected) {
  const std::uint32_t found = crc32c(bytes);
  if (found == expected) return {};
  return "damaged: " +
         difference("the checksum " + hexadecimal(expected, 8), hexadecimal(found, 8));
}

std::string quoted_bytes(std::span<const char> bytes) {
  std::string text;
  for (const char byte : bytes) text += hexadecimal(static_cast<unsigned char>(byte), 2) + " ";
  text.pop_back();
  return text;
}

/// What is wrong with the header, apart from the file's size; empty if nothing is.
std::string header_error(const Header& header) {
  if (std::string_view(header.magic.data(), header.magic.size()) != token_format::magic)
    return "not a token file: " +
           difference("the bytes " + quoted_bytes(token_format::magic), quoted_bytes(header.magic));
  if (header.version != token_format::version)
    return difference("format version " + std::to_string(token_format::version),
                      std::to_string(header.version));
  const auto bytes = std::as_bytes(std::span(&header, 1)).first(offsetof(Header, checksum));
  if (const auto error = checksum_error(bytes, header.checksum); !error.empty())
    return "header: " + error;
  if (header.token_bytes != 2 && header.token_bytes != 4)
    return "header: " + difference("tokens of 2 or 4 bytes", std::to_string(header.token_bytes));
  if (header.tokens == 0) return "expected tokens, found none";
  return {};
}

TokenVocabulary vocabulary_of(const Header& header) {
  const auto& special = header.special;
  const auto& unicode = header.unicode_version;
  return {.hash = header.vocabulary_hash,
          .size = static_cast<Index>(header.vocabulary_size),
          .pad = special[0],
          .unknown = special[1],
          .cls = special[2],
          .sep = special[3],
          .mask = special[4],
          .unicode_version = {unicode.begin(), std::find(unicode.begin(), unicode.end(), 0)}};
}

}  // namespace

TokenFile TokenFile::open(const std::filesystem::path& path) { return TokenFile(MappedFile(path)); }

TokenFile TokenFile::open(const std::filesystem::path& path, const Vocabulary& vocabulary) {
  TokenFile file = open(path);
  const TokenVocabulary& own = file.vocabulary_;
  if (own.hash != vocabulary.hash() || own.size != vocabulary.size())
    file.fail("made with another vocabulary: " +
              difference("hash " + hexadecimal(vocabulary.hash(), 16) + " of " +
                             std::to_string(vocabulary.size()) + " tokens",
                         hexadecimal(own.hash, 16) + " of " + std::to_string(own.size)));
  return file;
}

TokenFile::TokenFile(MappedFile file) : file_(std::move(file)) {
  read_header();
  check_documents();
}

void TokenFile::fail(const std::string& what) const {
  throw IoError("token file " + path().string() + ": " + what);
}

void TokenFile::read_header() {
  const auto size = static_cast<Index>(file_.bytes().size());
  if (size < token_format::page)
    fail(difference("a header of " + std::to_string(token_format::page) + " bytes",
                    size == 0 ? "an empty file" : std::to_string(size)));
  Header header;
  std::memcpy(&header, file_.bytes().data(), sizeof header);
  if (const auto error = header_error(header); !error.empty()) fail(error);
  // More than there are bytes is wrong in any case, and would overflow the layout's arithmetic.
  if (std::max({header.tokens, header.sentences, header.documents}) >
      static_cast<std::uint64_t>(size))
    fail("truncated: expected " + std::to_string(header.tokens) + " tokens in " +
         std::to_string(header.documents) + " documents, found " + std::to_string(size) + " bytes");
  counts_ = {static_cast<Index>(header.tokens), static_cast<Index>(header.sentences),
             static_cast<Index>(header.documents)};
  token_bytes_ = static_cast<Index>(header.token_bytes);
  read_sections(header);
  vocabulary_ = vocabulary_of(header);
}

void TokenFile::read_sections(const token_format::Header& header) {
  const auto bytes = file_.bytes();
  const auto size = static_cast<Index>(bytes.size());
  const auto layout =
      token_format::layout_of(token_bytes_, counts_.tokens, counts_.sentences, counts_.documents);
  if (layout.blocks.end() != size)
    fail((size < layout.blocks.end() ? "truncated: " : "") +
         difference(std::to_string(layout.blocks.end()) + " bytes", std::to_string(size)));
  const auto section = [&](const char* name, Section place, std::uint32_t checksum) {
    const auto content = cut(bytes, place);
    const auto error = checksum_error(content, checksum);
    if (!error.empty()) fail(std::string(name) + ": " + error);
    return content;
  };
  sentence_lengths_ =
      view<std::uint32_t>(section("sentence lengths", layout.sentences, header.sentence_checksum));
  documents_ =
      view<std::uint64_t>(section("documents", layout.documents, header.document_checksum));
  block_checksums_ =
      view<std::uint32_t>(section("block checksums", layout.blocks, header.block_checksum));
  verified_ = std::vector<std::atomic<bool>>(block_checksums_.size());
}

void TokenFile::check_documents() const {
  std::uint64_t sentence = 0;
  std::uint64_t token = 0;
  for (Index number = 0; number <= counts_.documents; ++number) {
    const auto at = static_cast<std::size_t>(2 * number);
    const bool is_end = number == counts_.documents;
    if (documents_[at] < sentence || documents_[at] > sentence_lengths_.size() ||
        (is_end && documents_[at] != sentence_lengths_.size()))
      fail("document " + std::to_string(number) + ": sentence offset out of order");
    for (; sentence < documents_[at]; ++sentence) token += sentence_lengths_[sentence];
    if (documents_[at + 1] != token)
      fail("document " + std::to_string(number) + ": " +
           difference("the first token " + std::to_string(token),
                      std::to_string(documents_[at + 1])));
  }
  if (token != static_cast<std::uint64_t>(counts_.tokens))
    fail("sentence lengths: " + difference(counts_.tokens, static_cast<Index>(token)) + " tokens");
}

DocumentSentences TokenFile::document(Index number) const {
  if (number < 0 || number >= counts_.documents)
    fail("document " + std::to_string(number) + " of " + std::to_string(counts_.documents) +
         " was asked for");
  const auto at = static_cast<std::size_t>(2 * number);
  return {
      .first_token = static_cast<Index>(documents_[at + 1]),
      .lengths = sentence_lengths_.subspan(documents_[at], documents_[at + 2] - documents_[at])};
}

template <class Token>
std::span<const Token> TokenFile::tokens(Index begin, Index count) const {
  const auto size = static_cast<Index>(sizeof(Token));
  return view<Token>(cut(file_.bytes(), {token_format::page + begin * size, count * size}));
}

void TokenFile::verify_block(Index block) const {
  auto& verified = verified_[static_cast<std::size_t>(block)];
  if (verified.load(std::memory_order_relaxed)) return;
  const Index in_block = token_format::block_bytes / token_bytes_;
  const Index begin = block * in_block;
  const Index count = std::min(in_block, counts_.tokens - begin);
  const auto check = [&](auto ids) {
    const auto error =
        checksum_error(std::as_bytes(ids), block_checksums_[static_cast<std::size_t>(block)]);
    if (!error.empty()) fail("tokens from " + std::to_string(begin) + " on: " + error);
    for (std::size_t i = 0; i < ids.size(); ++i)
      if (std::cmp_less(ids[i], 0) || std::cmp_greater_equal(ids[i], vocabulary_.size))
        fail("token " + std::to_string(begin + static_cast<Index>(i)) + ": " +
             difference("an id below " + std::to_string(vocabulary_.size), std::to_string(ids[i])));
  };
  if (token_bytes_ == 2)
    check(tokens<std::uint16_t>(begin, count));
  else
    check(tokens<std::int32_t>(begin, count));
  verified.store(true, std::memory_order_relaxed);
}

void TokenFile::read(Index begin, std::span<std::int32_t> to) const {
  const auto count = static_cast<Index>(to.size());
  if (count == 0) return;
  if (begin < 0 || begin > counts_.tokens - count)
    fail("tokens " + std::to_string(begin) + " to " + std::to_string(begin + count) + " of " +
         std::to_string(counts_.tokens) + " were asked for");
  const Index in_block = token_format::block_bytes / token_bytes_;
  for (Index block = begin / in_block; block <= (begin + count - 1) / in_block; ++block)
    verify_block(block);
  if (token_bytes_ == 2)
    std::ranges::copy(tokens<std::uint16_t>(begin, count), to.begin());
  else
    std::ranges::copy(tokens<std::int32_t>(begin, count), to.begin());
}

void TokenFile::verify() const {
  for (std::size_t block = 0; block < block_checksums_.size(); ++block)
    verify_block(static_cast<Index>(block));
}

}  // namespace electra
