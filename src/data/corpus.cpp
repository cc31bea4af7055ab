#include "electra/data/corpus.h"

#include <algorithm>
#include <fstream>

#include "electra/core/error.h"
#include "electra/io/json_lines.h"

namespace electra {

namespace {

namespace fs = std::filesystem;

bool is_corpus_file(const fs::path& path) {
  return path.extension() == ".txt" || path.extension() == ".jsonl";
}

std::string_view trimmed(std::string_view line) {
  constexpr std::string_view blank = " \t\r\f\v";
  const auto begin = line.find_first_not_of(blank);
  if (begin == std::string_view::npos) return {};
  return line.substr(begin, line.find_last_not_of(blank) - begin + 1);
}

/// Gathers lines into documents and hands each over when it ends.
class Gatherer {
 public:
  explicit Gatherer(const std::function<void(const Document&)>& use) : use_(use) {}

  void line(std::string_view text) {
    if (const std::string_view words = trimmed(text); !words.empty()) document_.emplace_back(words);
  }
  void end() {
    if (document_.empty()) return;
    use_(document_);
    ++documents_;
    document_.clear();
  }
  [[nodiscard]] std::size_t documents() const { return documents_; }

 private:
  const std::function<void(const Document&)>& use_;
  Document document_;
  std::size_t documents_ = 0;
};

void read_lines(std::string_view text, Gatherer& gatherer) {
  while (!text.empty()) {
    const auto end = text.find('\n');
    gatherer.line(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
}

void read(const fs::path& file, const CorpusOptions& options, Gatherer& gatherer) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw IoError(file.string() + ": cannot be opened");
  const bool json = file.extension() == ".jsonl";
  std::string line;
  for (Index number = 1; std::getline(stream, line); ++number) {
    const bool blank = trimmed(line).empty();
    if (json) {
      if (!blank) read_lines(text_of_json_line(line, {file.native(), number}), gatherer);
      gatherer.end();
    } else if (blank && options.blank_line == CorpusOptions::BlankLine::ends_document) {
      gatherer.end();
    } else {
      gatherer.line(line);
    }
  }
  if (stream.bad()) throw IoError(file.string() + ": cannot be read");
  gatherer.end();
}

}  // namespace

std::vector<fs::path> corpus_files(const fs::path& corpus) {
  if (fs::is_regular_file(corpus)) return {corpus};
  if (!fs::is_directory(corpus))
    throw IoError(corpus.string() + ": expected a file or a folder, found nothing");
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(corpus))
    if (entry.is_regular_file() && is_corpus_file(entry.path())) files.push_back(entry.path());
  std::ranges::sort(files);
  if (files.empty()) throw IoError(corpus.string() + ": expected *.txt or *.jsonl, found none");
  return files;
}

void read_corpus(const fs::path& corpus, const CorpusOptions& options,
                 const std::function<void(const Document&)>& use) {
  Gatherer gatherer(use);
  for (const fs::path& file : corpus_files(corpus)) read(file, options, gatherer);
  if (gatherer.documents() == 0) throw IoError(corpus.string() + ": there is no text in it");
}

}  // namespace electra
