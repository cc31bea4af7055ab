#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <string_view>

#include "electra/core/shape.h"

namespace electra::token_format {

static_assert(std::endian::native == std::endian::little, "the format is little-endian");

// A carriage return and a line feed betray a transfer that took the file for text.
inline constexpr std::string_view magic = "ETOK\r\n\x1a\n";
inline constexpr std::uint32_t version = 1;
inline constexpr Index page = 4096;
inline constexpr Index block_bytes = 65536;
inline constexpr Index largest_short_vocabulary = 65535;

/// A token file is five sections, each starting at a multiple of `page`, zeros between them:
/// this header; the tokens (u16 or i32); the length of each sentence (u32); the numbers of the
/// first sentence and of the first token of each document (u64, u64), closed by one more pair that
/// holds the totals; the CRC-32C of each block of `block_bytes` bytes of tokens (u32), the last one
/// shorter.
struct Header {
  std::array<char, 8> magic{};
  std::uint32_t version = 0;
  std::uint32_t token_bytes = 0;
  std::uint64_t vocabulary_hash = 0;
  std::uint64_t vocabulary_size = 0;
  std::uint64_t tokens = 0;
  std::uint64_t sentences = 0;
  std::uint64_t documents = 0;
  std::array<std::int32_t, 5> special{};   // [PAD], [UNK], [CLS], [SEP], [MASK]
  std::array<char, 20> unicode_version{};  // zeros behind it
  std::uint32_t sentence_checksum = 0;
  std::uint32_t document_checksum = 0;
  std::uint32_t block_checksum = 0;  // of the checksums of the blocks
  std::uint32_t checksum = 0;        // of everything above
};
static_assert(sizeof(Header) == 112);

struct Section {
  Index begin = 0;
  Index bytes = 0;

  [[nodiscard]] constexpr Index end() const { return begin + bytes; }
};

struct Layout {
  Section tokens, sentences, documents, blocks;
};

[[nodiscard]] constexpr Index whole_pages(Index bytes) { return (bytes + page - 1) / page * page; }

[[nodiscard]] constexpr Layout layout_of(Index token_bytes, Index tokens, Index sentences,
                                         Index documents) {
  Layout layout;
  layout.tokens = {page, tokens * token_bytes};
  layout.sentences = {whole_pages(layout.tokens.end()), sentences * 4};
  layout.documents = {whole_pages(layout.sentences.end()), (documents + 1) * 16};
  layout.blocks = {whole_pages(layout.documents.end()),
                   (layout.tokens.bytes + block_bytes - 1) / block_bytes * 4};
  return layout;
}

}  // namespace electra::token_format
