#include "electra/data/corpus.h"

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "electra/core/error.h"
#include "electra/io/json_lines.h"

namespace electra {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

[[noreturn]] void fail(const fs::path& path, const std::string& what) {
  throw IoError("corpus " + path.string() + ": " + what);
}

bool is_blank(std::string_view line) {
  return line.find_first_not_of(" \t\r\n\v\f") == std::string_view::npos;
}

bool is_corpus_file(const fs::directory_entry& entry) {
  const fs::path extension = entry.path().extension();
  return (extension == ".txt" || extension == ".jsonl") && entry.is_regular_file();
}

std::vector<fs::path> files_below(const fs::path& folder) {
  std::vector<fs::path> files;
  try {
    for (const auto& entry : fs::recursive_directory_iterator(folder))
      if (is_corpus_file(entry)) files.push_back(entry.path());
  } catch (const fs::filesystem_error& error) {
    fail(folder, "cannot be listed: " + error.code().message());
  }
  if (files.empty()) fail(folder, "expected *.txt or *.jsonl files in the folder, found none");
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

CorpusReader::CorpusReader(const fs::path& path, CorpusOptions options)
    : path_(path), options_(options) {
  std::error_code code;
  const fs::file_status status = fs::status(path, code);
  if (!fs::exists(status)) fail(path, "expected a file or a folder, found " + code.message());
  files_ = fs::is_directory(status) ? files_below(path) : std::vector<fs::path>{path};
}

bool CorpusReader::open_next_file() {
  if (opened_ == files_.size()) return false;
  const fs::path& file = files_[opened_++];
  stream_ = std::ifstream(file, std::ios::binary);
  if (!stream_) fail(file, "cannot be opened: " + std::generic_category().message(errno));
  json_ = file.extension() == ".jsonl";
  line_number_ = 0;
  starts_document_ = true;
  return true;
}

bool CorpusReader::read_line() {
  if (!stream_.is_open() || !std::getline(stream_, line_)) {
    if (stream_.bad()) fail(files_[opened_ - 1], "cannot be read");
    return false;
  }
  if (++line_number_ == 1 && line_.starts_with(byte_order_mark))
    line_.erase(0, byte_order_mark.size());
  return true;
}

std::optional<std::string_view> CorpusReader::next_sentence() {
  while (sentence_ < document_.size()) {
    const std::size_t end = std::min(document_.find('\n', sentence_), document_.size());
    const std::string_view text = std::string_view(document_).substr(sentence_, end - sentence_);
    sentence_ = end + 1;
    if (!is_blank(text)) return text;
  }
  return std::nullopt;
}

CorpusLine CorpusReader::deliver(std::string_view text) {
  if (text.ends_with('\r')) text.remove_suffix(1);
  found_ = true;
  return {.text = text, .starts_document = std::exchange(starts_document_, false)};
}

std::optional<CorpusLine> CorpusReader::next() {
  while (true) {
    if (const auto sentence = next_sentence()) return deliver(*sentence);
    if (!read_line()) {
      if (open_next_file()) continue;
      if (!found_) fail(path_, "expected text, found none");
      return std::nullopt;
    }
    if (is_blank(line_)) {
      starts_document_ = starts_document_ || options_.blank_line_ends_document;
    } else if (json_) {
      const std::string file = files_[opened_ - 1].string();
      document_ = text_of_json_line(line_, {.file = file, .line = line_number_});
      sentence_ = 0;
      starts_document_ = true;
    } else {
      return deliver(line_);
    }
  }
}

}  // namespace electra
