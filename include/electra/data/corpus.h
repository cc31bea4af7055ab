#pragma once

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "electra/core/shape.h"

namespace electra {

struct CorpusOptions {
  bool blank_line_ends_document = true;  // false: a text file is one document
};

/// One sentence or paragraph; the text is valid until the next one is asked for.
struct CorpusLine {
  std::string_view text;
  bool starts_document = false;
};

/// Reads the documents of a file, or of all *.txt and *.jsonl below a folder, sorted by path, with
/// no more than one line in memory. Text: a sentence or paragraph a line. JSONL: a document a line,
/// {"text": …}, where line feeds end sentences. Lines of white space alone are left out; invalid
/// UTF-8 in text is passed on.
class CorpusReader {
 public:
  /// Throws IoError for a path that is not there, or a folder without a file to read.
  explicit CorpusReader(const std::filesystem::path& path, CorpusOptions options = {});

  [[nodiscard]] const std::vector<std::filesystem::path>& files() const { return files_; }
  /// Nothing at the end. Throws IoError, naming file and line, for what cannot be read, and for a
  /// corpus without any text.
  [[nodiscard]] std::optional<CorpusLine> next();

 private:
  [[nodiscard]] bool open_next_file();
  [[nodiscard]] bool read_line();
  [[nodiscard]] std::optional<std::string_view> next_sentence();
  CorpusLine deliver(std::string_view text);

  std::filesystem::path path_;
  CorpusOptions options_;
  std::vector<std::filesystem::path> files_;
  std::size_t opened_ = 0;  // how many files were
  std::ifstream stream_;
  Index line_number_ = 0;
  std::string line_;
  std::string document_;      // of a JSONL file
  std::size_t sentence_ = 0;  // where in it the next one starts
  bool json_ = false;
  bool starts_document_ = true;
  bool found_ = false;
};

}  // namespace electra
