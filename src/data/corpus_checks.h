#pragma once

#include <filesystem>
#include <string>

#include "data/corpus_files.h"
#include "data/line_source.h"
#include "data/utf8_counts.h"
#include "electra/data/corpus_findings.h"
#include "electra/data/corpus_options.h"

namespace electra {

/// Counts what is found in a corpus, and ends the reading of one that is not what it should be.
class CorpusChecks {
 public:
  CorpusChecks(const CorpusOptions& options, const CorpusFiles& found);

  [[nodiscard]] const CorpusFindings& findings() const { return findings_; }

  void begin_file(const std::filesystem::path& file);
  /// Of the source's present line. Throws IoError once a file is rather in another encoding.
  void count_line(const LineSource& source);
  void count_document() { ++findings_.documents; }
  void count_cut_sentence() { ++findings_.cut_lines; }
  void count_lone_surrogates(Index count) { findings_.lone_surrogates += count; }
  /// A line that should be a document; `problem` is empty if it is. Throws IoError if too many are
  /// none, without waiting for the corpus's end once they are a hundred more than may be.
  void count_json_line(const LineSource& source, const std::string& problem);
  void end_file(const LineSource& source, bool has_text);
  /// Throws IoError for too many bad lines, or text that is rather in another encoding.
  void end_corpus(const std::filesystem::path& corpus) const;

 private:
  [[noreturn]] void fail_bad_lines() const;
  [[noreturn]] static void fail_encoding(const std::filesystem::path& path,
                                         const Utf8Counts& counts, const std::string& place);

  const CorpusOptions& options_;
  CorpusFindings findings_;
  std::filesystem::path file_;
  Utf8Counts file_counts_;
  Utf8Counts
      counts_;  // of the files that are over, but for those in the encoding that is asked for
};

}  // namespace electra
