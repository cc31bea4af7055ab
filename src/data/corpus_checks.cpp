#include "data/corpus_checks.h"

#include <algorithm>

#include "data/raw_file.h"
#include "electra/core/error.h"
#include "electra/core/quantity_text.h"
#include "electra/core/range.h"

namespace electra {
namespace {

constexpr std::size_t most_named = 3;

std::string place_of(const std::filesystem::path& file, Index line) {
  return file.string() + ":" + std::to_string(line);
}

/// Names that may fit: letters with accents stand alone, those of other scripts side by side; and
/// Windows has signs where Latin-1 has none.
std::string fitting_encodings(const Utf8Counts& counts) {
  if (counts.foreign_runs * 3 > counts.foreign_bytes)
    return "windows-1251, koi8-r, gbk, big5, shift_jis, euc-kr";
  return counts.control_bytes > 0 ? "windows-1252" : "latin-1";
}

}  // namespace

CorpusChecks::CorpusChecks(const CorpusOptions& options, const CorpusFiles& found)
    : options_(options) {
  findings_.left_out_files = std::ssize(found.left_out);
  findings_.hidden_files = found.hidden;
  for (std::size_t i = 0; i < std::min(most_named, found.left_out.size()); ++i)
    findings_.left_out.push_back(found.left_out[i].path.string() + ": " + found.left_out[i].reason);
}

void CorpusChecks::begin_file(const std::filesystem::path& file) {
  file_ = file;
  file_counts_ = {};
}

void CorpusChecks::count_line(const LineSource& source) {
  if (!source.goes_on()) ++findings_.lines;
  const Index invalid = file_counts_.add(source.line(), source.number());
  if (invalid == 0) return;
  if (findings_.invalid_bytes == 0) findings_.first_invalid = place_of(file_, source.number());
  findings_.invalid_bytes += invalid;
  ++findings_.invalid_lines;
  if (!source.encoding().named_by_user && file_counts_.enough() && file_counts_.is_other_encoding())
    fail_encoding(file_, file_counts_, place_of(file_, file_counts_.first_invalid_line));
}

void CorpusChecks::count_json_line(const LineSource& source, const std::string& problem) {
  ++findings_.json_lines;
  if (problem.empty()) return;
  ++findings_.bad_lines;
  if (findings_.bad.size() < most_named)
    findings_.bad.push_back(place_of(file_, source.number()) + ": " + problem);
  const double allowed = options_.bad_lines * static_cast<double>(findings_.json_lines);
  if (static_cast<double>(findings_.bad_lines) >= allowed + 100) fail_bad_lines();
}

void CorpusChecks::end_file(const LineSource& source, bool has_text) {
  const Encoding& encoding = source.encoding();
  ++findings_.files;
  findings_.bytes += source.packed().bytes();
  findings_.cut_lines += source.cut_lines();
  if (!has_text) ++findings_.files_without_text;
  if (source.packing() != Packing::none) ++findings_.unpacked_files;
  if (source.is_transcoded()) {
    ++findings_.transcoded_files;
    if (std::ranges::find(findings_.encodings, encoding.name) == findings_.encodings.end())
      findings_.encodings.push_back(encoding.name);
    if (findings_.invalid_bytes == 0 && source.untranslatable_bytes() > 0)
      findings_.first_invalid = file_.string();
    findings_.invalid_bytes += source.untranslatable_bytes();
  } else if (!is_utf8_name(options_.encoding)) {
    ++findings_.utf8_files;
  }
  if (encoding.named_by_user) return;
  if (file_counts_.is_other_encoding())
    fail_encoding(file_, file_counts_, place_of(file_, file_counts_.first_invalid_line));
  counts_.add(file_counts_);
}

void CorpusChecks::end_corpus(const std::filesystem::path& corpus) const {
  const double allowed = options_.bad_lines * static_cast<double>(findings_.json_lines);
  if (findings_.bad_lines > 1 && static_cast<double>(findings_.bad_lines) > allowed)
    fail_bad_lines();
  if (counts_.is_other_encoding()) fail_encoding(corpus, counts_, findings_.first_invalid);
  if (findings_.documents > 0) return;
  const std::string bad = findings_.bad.empty() ? "" : "; " + findings_.bad[0];
  fail_corpus(corpus, "expected text, found none" + bad);
}

void CorpusChecks::fail_bad_lines() const {
  std::string first;
  for (const std::string& bad : findings_.bad) first += "\n  " + bad;
  throw IoError("corpus: expected documents in " + std::to_string(findings_.json_lines) +
                " JSON lines, found " + std::to_string(findings_.bad_lines) + " bad lines (" +
                percent_text(findings_.bad_lines, findings_.json_lines) +
                "), more than data.bad_lines=" + number_text(options_.bad_lines) +
                " lets pass; the first:" + first);
}

void CorpusChecks::fail_encoding(const std::filesystem::path& path, const Utf8Counts& counts,
                                 const std::string& place) {
  fail_corpus(
      path, "expected UTF-8, found " + std::to_string(counts.invalid_bytes) + " of " +
                std::to_string(counts.bytes) + " bytes (" +
                percent_text(counts.invalid_bytes, counts.bytes) + ") that are not, the first at " +
                place + ", byte " + std::to_string(counts.first_invalid_byte) +
                "; data.encoding=" + fitting_encodings(counts) +
                ", or whatever it is in, reads it; data.encoding=utf-8 leaves such bytes out");
}

}  // namespace electra
