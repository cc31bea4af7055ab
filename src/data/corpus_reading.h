#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "data/corpus_checks.h"
#include "data/corpus_files.h"
#include "data/line_source.h"
#include "electra/data/corpus.h"

namespace electra {

/// The files of a corpus: what find_corpus_files gives for these options.
[[nodiscard]] CorpusFiles corpus_files(const std::filesystem::path& path,
                                       const CorpusOptions& options);

/// A file's path below the corpus; of a corpus that is a file, its name.
[[nodiscard]] std::string name_in_corpus(const std::filesystem::path& file,
                                         const std::filesystem::path& corpus);

/// A corpus on its way from the first line to the last: what a CorpusReader is made of.
class CorpusReading {
 public:
  CorpusReading(const std::filesystem::path& path, CorpusOptions options);
  CorpusReading(const CorpusReading&) = delete;
  CorpusReading& operator=(const CorpusReading&) = delete;

  [[nodiscard]] std::optional<CorpusLine> next();
  /// Reads the first 64 KiB of each file, for its errors.
  void check();

  [[nodiscard]] const std::vector<std::filesystem::path>& files() const { return found_.files; }
  [[nodiscard]] const CorpusFindings& findings() const { return checks_.findings(); }
  [[nodiscard]] CorpusRecord record() const;

 private:
  bool open_next_file();
  void judge_content();
  /// The next line of the file, and what waits of it then; false at the file's end.
  bool read_line();
  void read_text_line();
  void read_json_line();
  void close_file();
  std::optional<std::string_view> next_piece();
  CorpusLine deliver(std::string_view text);

  std::filesystem::path path_;
  CorpusOptions options_;
  CorpusFiles found_;
  CorpusChecks checks_;
  CorpusRecord record_;

  std::size_t opened_ = 0;  // how many files were
  std::optional<LineSource> source_;
  bool json_ = false;
  bool file_has_text_ = false;
  bool finished_ = false;

  std::string document_;        // of a JSON line
  std::string_view waiting_;    // what is to be delivered of a line, or of document_
  std::string_view line_ends_;  // that end sentences in it
  bool in_sentence_ = false;    // of which a piece was delivered
  bool starts_document_ = true;
};

}  // namespace electra
