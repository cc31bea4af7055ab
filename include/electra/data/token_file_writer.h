#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "electra/core/atomic_file.h"
#include "electra/core/interruption.h"
#include "electra/core/shape.h"
#include "electra/data/corpus.h"
#include "electra/data/token_file.h"
#include "electra/data/unknown_tokens.h"
#include "electra/data/vocabulary.h"
#include "electra/data/wordpiece.h"

namespace electra {

/// Writes a token file as its sentences come; it appears all at once, on commit. Four bytes a
/// sentence stay in memory.
class TokenFileWriter {
 public:
  TokenFileWriter(std::filesystem::path path, const Vocabulary& vocabulary);

  /// What follows belongs to another document. Documents without tokens are left out.
  void begin_document() { document_is_new_ = true; }
  /// Throws Error for an id that the vocabulary does not have. Without tokens there is no sentence.
  void add_sentence(std::span<const std::int32_t> ids);
  /// Throws IoError if there was no token.
  TokenCounts commit();

 private:
  template <class Stored>
  void add_tokens(std::span<const std::int32_t> ids);
  void finish_block();
  void pad_to(Index offset, Index written);

  std::filesystem::path path_;
  AtomicFile file_;
  TokenVocabulary vocabulary_;
  Index token_bytes_;
  TokenCounts counts_;
  bool document_is_new_ = true;
  std::vector<std::byte> block_;
  std::vector<std::uint32_t> block_checksums_;
  std::vector<std::uint32_t> sentence_lengths_;
  std::vector<std::uint64_t> documents_;
};

/// What became of a corpus.
struct TokenizedCorpus {
  TokenCounts counts;
  UnknownTokens unknown;
};

/// Tokenises a corpus into a token file. File and counts do not depend on the number of threads.
/// `vocabulary` is the one that `wordpiece` cuts with. Throws ConfigError, and leaves no file,
/// where the vocabulary does not fit the text (check_share), and Interrupted.
TokenizedCorpus write_token_file(const std::filesystem::path& path, CorpusReader& corpus,
                                 const Wordpiece& wordpiece, const Vocabulary& vocabulary,
                                 int threads = 1, const StopRequest& stop = {});

}  // namespace electra
