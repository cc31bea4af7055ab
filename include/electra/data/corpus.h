#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "electra/data/corpus_findings.h"
#include "electra/data/corpus_options.h"
#include "electra/data/corpus_record.h"

namespace electra {

class CorpusReading;  // private

/// One sentence or paragraph; the text is valid until the next one is asked for.
struct CorpusLine {
  std::string_view text;
  bool starts_document = false;
};

/// Reads the documents of a file, or of the files below a folder (*.txt, *.text; *.jsonl, *.ndjson,
/// *.json; names without an extension that hold JSON lines; sorted by path), with no more than one
/// line in memory. gzip and zstd are unpacked, whatever the names say. Text: a sentence or
/// paragraph a line, 1 MiB of a longer one at a time. JSON lines, told by their content: a document
/// a line, an object whose line feeds in the text end sentences. Lines of white space alone are
/// left out; bytes that are not UTF-8 are passed on.
class CorpusReader {
 public:
  /// Throws IoError for a path that is not there, or a folder without a file to read.
  explicit CorpusReader(const std::filesystem::path& path, CorpusOptions options = {});
  ~CorpusReader();
  CorpusReader(CorpusReader&& other) noexcept;
  CorpusReader& operator=(CorpusReader&& other) noexcept;

  [[nodiscard]] const std::vector<std::filesystem::path>& files() const;
  /// Nothing at the end. Throws IoError, naming file and line, for what cannot be read, for a file
  /// that is no text or rather in another encoding, for too many bad lines, and for a corpus
  /// without any text.
  [[nodiscard]] std::optional<CorpusLine> next();

  /// Of what was read so far.
  [[nodiscard]] const CorpusFindings& findings() const;
  /// What the corpus is, once next() gave nothing.
  [[nodiscard]] CorpusRecord record() const;

 private:
  std::unique_ptr<CorpusReading> reading_;
};

/// Opens every file of a corpus and reads its start, so that what is wrong there is known before
/// long work begins. Throws IoError, as reading it would.
void check_corpus(const std::filesystem::path& path, const CorpusOptions& options);

}  // namespace electra
