#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "electra/core/interruption.h"
#include "electra/data/corpus_findings.h"
#include "electra/data/corpus_options.h"

namespace electra {

/// What a corpus was when it was read, file by file in the order of reading; a run keeps it to know
/// its corpus again. The lists are of one length.
struct CorpusRecord {
  std::string corpus;                     // the path as it was given
  std::vector<std::string> files;         // below it; of a file its name
  std::vector<std::int64_t> bytes;        // as the file is, packed or not
  std::vector<std::int64_t> modified_ns;  // since 1970
  std::vector<std::int64_t> changed_ns;
  std::vector<std::int64_t> crc32c;
  CorpusFindings findings;
  std::int64_t tokens = 0;          // that became of it; 0 until it is tokenised
  std::int64_t unknown_tokens = 0;  // of them, [UNK]

  void fields(auto&& visit) {
    visit("corpus", corpus, "the path as it was given");
    visit("files", files, "below it");
    visit("bytes", bytes, "of each");
    visit("modified_ns", modified_ns, "when each was modified, since 1970");
    visit("changed_ns", changed_ns, "when each was changed, since 1970");
    visit("crc32c", crc32c, "of each file's bytes");
    visit("findings", findings, "what was found in it");
    visit("tokens", tokens, "that became of it; 0 until it is tokenised");
    visit("unknown_tokens", unknown_tokens, "of them, [UNK]");
  }

  bool operator==(const CorpusRecord&) const = default;
};

/// Writes it as JSON. Throws IoError.
void save_corpus_record(const CorpusRecord& record, const std::filesystem::path& path);
/// Throws Error for a file that is missing or no record.
[[nodiscard]] CorpusRecord load_corpus_record(const std::filesystem::path& path);

/// Whether a corpus still is what it was.
struct CorpusComparison {
  enum class Outcome : std::uint8_t { same, different, gone };
  Outcome outcome = Outcome::same;
  std::string difference;  // unless it is the same: the first, in words
};

/// Compares the files of a corpus as it is now, wherever it is now, in their order. A file whose
/// size and times are those of the record, under the same name, is the same; else its contents
/// decide, and no names. `gone`: there is nothing to read at the path. Throws IoError for a file
/// that cannot be read, and Interrupted.
[[nodiscard]] CorpusComparison compare(const CorpusRecord& record, const std::filesystem::path& now,
                                       const CorpusOptions& options = {},
                                       const StopRequest& stop = {});

}  // namespace electra
