#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <vector>

#include "electra/core/file.h"
#include "electra/data/corpus.h"
#include "electra/data/packing.h"
#include "electra/data/vocabulary.h"

namespace electra {

/// Turns one line of text into ids; called from several threads at once.
using Encode = std::function<std::vector<std::int32_t>(std::string_view)>;

/// A tokenised corpus (.etok): ids, and where sentences and documents end; memory-mapped. The
/// layout is in docs/formats.md; all numbers are little-endian.
class TokenFile {
 public:
  /// Tokenises a corpus with `threads` threads; the file's bytes do not depend on their number.
  /// Written under a temporary name, then renamed. Throws IoError.
  static void build(const std::filesystem::path& corpus, const CorpusOptions& options,
                    const Vocabulary& vocabulary, const Encode& encode, int threads,
                    const std::filesystem::path& file);

  /// Checks magic, version, sizes, every checksum and the vocabulary's hash. Throws IoError that
  /// names the file, what was expected and found.
  TokenFile(const std::filesystem::path& file, const Vocabulary& vocabulary);

  [[nodiscard]] Index tokens() const { return tokens_; }
  [[nodiscard]] Index documents() const { return static_cast<Index>(documents_.size()) - 1; }
  [[nodiscard]] Index sentences() const { return static_cast<Index>(sentences_.size()) - 1; }
  /// The sentences of a document as runs of tokens.
  [[nodiscard]] Segment document(Index number) const;
  [[nodiscard]] Index tokens_of_document(Index number) const;
  [[nodiscard]] std::int32_t token(Index position) const {
    const auto i = static_cast<std::size_t>(position);
    return narrow_.empty() ? wide_[i] : narrow_[i];
  }
  [[nodiscard]] const std::filesystem::path& path() const { return file_.path(); }

 private:
  void check_ids(Index vocabulary) const;

  MappedFile file_;
  Index tokens_ = 0;
  std::span<const std::uint16_t> narrow_;     // ids of a vocabulary of at most 65,536 …
  std::span<const std::int32_t> wide_;        // … or of a larger one
  std::span<const std::uint64_t> sentences_;  // where each begins, and the end of the last
  std::span<const std::uint64_t> documents_;  // the first sentence of each, and the end of the last
};

/// Which documents are trained on, and which are kept for evaluation: a function of the seed and
/// the share. At least one document is kept, and at least one is trained on; throws ConfigError if
/// there are fewer than two.
struct DocumentSplit {
  std::vector<Index> training, held_out;
};
[[nodiscard]] DocumentSplit split_documents(Index documents, double held_out_share,
                                            std::uint64_t seed);

}  // namespace electra
