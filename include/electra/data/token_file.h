#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "electra/core/mapped_file.h"
#include "electra/core/shape.h"
#include "electra/data/document.h"
#include "electra/data/vocabulary.h"

namespace electra {

namespace token_format {
struct Header;
}

struct TokenCounts {
  Index tokens = 0;
  Index sentences = 0;
  Index documents = 0;

  friend bool operator==(const TokenCounts&, const TokenCounts&) = default;
};

/// The vocabulary that a token file was made with.
struct TokenVocabulary {
  std::uint64_t hash = 0;
  Index size = 0;
  std::int32_t pad = 0, unknown = 0, cls = 0, sep = 0, mask = 0;
  std::string unicode_version;
};

/// A tokenised corpus, mapped (`.etok`): tokens, the sentences that they form, and the documents
/// that these form. The layout is described in src/data/token_format.h. Usable by many threads.
class TokenFile {
 public:
  /// Checks everything but the tokens, which are checked block by block when first read. Throws
  /// IoError for a file that is missing, damaged or of another format.
  [[nodiscard]] static TokenFile open(const std::filesystem::path& path);
  /// Throws IoError also if the file was made with another vocabulary.
  [[nodiscard]] static TokenFile open(const std::filesystem::path& path,
                                      const Vocabulary& vocabulary);

  [[nodiscard]] const std::filesystem::path& path() const { return file_.path(); }
  [[nodiscard]] const TokenCounts& counts() const { return counts_; }
  [[nodiscard]] const TokenVocabulary& vocabulary() const { return vocabulary_; }
  [[nodiscard]] DocumentSentences document(Index number) const;

  /// Copies the tokens from number `begin` on. Throws IoError if their block is damaged.
  void read(Index begin, std::span<std::int32_t> to) const;
  /// Reads every token once. Throws IoError if a block is damaged.
  void verify() const;

 private:
  explicit TokenFile(MappedFile file);
  [[noreturn]] void fail(const std::string& what) const;
  void read_header();
  /// All but the header, whose counts are there.
  void read_sections(const token_format::Header& header);
  void check_documents() const;
  void verify_block(Index block) const;
  template <class Token>
  [[nodiscard]] std::span<const Token> tokens(Index begin, Index count) const;

  MappedFile file_;
  TokenCounts counts_;
  TokenVocabulary vocabulary_;
  Index token_bytes_ = 0;
  std::span<const std::uint32_t> sentence_lengths_;
  std::span<const std::uint64_t> documents_;  // first sentence and first token of each
  std::span<const std::uint32_t> block_checksums_;
  mutable std::vector<std::atomic<bool>> verified_;  // by block; set once, by whoever comes first
};

}  // namespace electra
