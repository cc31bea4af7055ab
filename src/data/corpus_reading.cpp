#include "data/corpus_reading.h"

#include <algorithm>
#include <utility>

#include "data/characters.h"
#include "data/raw_file.h"
#include "data/text_content.h"
#include "electra/core/error.h"
#include "electra/data/unicode.h"
#include "electra/io/json_lines.h"

namespace electra {
namespace {

namespace fs = std::filesystem;

constexpr LineLimits limits;
constexpr Index checked_bytes = 1 << 16;

/// White space alone, in Python's sense.
bool is_blank(std::string_view line) {
  while (!line.empty()) {
    const Decoded character = decode_first(line);
    if (!character.valid() || !is_white_space(character.code)) return false;
    line.remove_prefix(static_cast<std::size_t>(character.bytes));
  }
  return true;
}

/// The message without "corpus PATH: ".
std::string reason_of(const IoError& error, const fs::path& path) {
  const std::string_view text = error.what();
  const std::string opening = "corpus " + path.string() + ": ";
  return std::string(text.starts_with(opening) ? text.substr(opening.size()) : text);
}

/// Of a file whose name does not say what it is.
std::string fault_of(const fs::path& path, const CorpusOptions& options) {
  try {
    const LineSource source(path, options.encoding);
    const auto content = content_of(source.head(), source.head_is_all(), options.text_key);
    const bool named_json = kind_by_name(path) == NameKind::json;
    if (content.kind != TextContent::Kind::json_lines)
      return named_json ? "no JSON lines" : "no JSON lines, and no name that text is read by";
    return content.has_key ? "" : "its objects have no key \"" + options.text_key + "\"";
  } catch (const IoError& error) {
    return reason_of(error, path);
  }
}

std::string quoted(const std::vector<std::string>& keys) {
  if (keys.empty()) return "no key";
  std::string text = keys.size() == 1 ? "the key" : "the keys";
  for (const std::string& key : keys) text += (&key == &keys[0] ? " \"" : ", \"") + key + "\"";
  return text;
}

}  // namespace

CorpusFiles corpus_files(const fs::path& path, const CorpusOptions& options) {
  return find_corpus_files(path, [&](const fs::path& file) { return fault_of(file, options); });
}

std::string name_in_corpus(const fs::path& file, const fs::path& corpus) {
  return file == corpus ? file.filename().string() : file.lexically_relative(corpus).string();
}

CorpusReading::CorpusReading(const fs::path& path, CorpusOptions options)
    : path_(path),
      options_(std::move(options)),
      found_(corpus_files(path_, options_)),
      checks_(options_, found_) {
  record_.corpus = path_.string();
}

bool CorpusReading::open_next_file() {
  if (opened_ == found_.files.size()) return false;
  const fs::path& file = found_.files[opened_++];
  source_.emplace(file, options_.encoding, limits);
  checks_.begin_file(file);
  judge_content();
  file_has_text_ = false;
  starts_document_ = true;
  return true;
}

void CorpusReading::judge_content() {
  const fs::path& file = source_->packed().path();
  const auto content = content_of(source_->head(), source_->head_is_all(), options_.text_key);
  if (content.kind == TextContent::Kind::json)
    fail_corpus(file,
                "expected text or JSON lines, found one JSON value that holds all: write an object "
                "a line (jq -c '.[]' of an array)");
  const NameKind name = kind_by_name(file);
  json_ = content.kind == TextContent::Kind::json_lines || name == NameKind::json_lines ||
          name == NameKind::json;
  if (!json_) return;
  source_->expect_json_lines();
  if (!content.has_key)
    fail_corpus(file.string() + ":" + std::to_string(content.first_line),
                "expected the key \"" + options_.text_key + "\" in the first JSON lines, found " +
                    quoted(content.keys) + ": data.text_key names another");
}

bool CorpusReading::read_line() {
  if (!source_) return false;
  if (!source_->next()) {
    close_file();
    return false;
  }
  checks_.count_line(*source_);
  if (json_)
    read_json_line();
  else
    read_text_line();
  return true;
}

void CorpusReading::read_text_line() {
  waiting_ = source_->line();
  line_ends_ = {};
  if (!is_blank(waiting_)) return;
  waiting_ = {};
  if (options_.blank_line_ends_document && !source_->goes_on()) starts_document_ = true;
}

void CorpusReading::read_json_line() {
  if (!source_->was_skipped() && is_blank(source_->line())) return;
  JsonLine line;
  if (source_->was_skipped())
    line.problem = "longer than " + std::to_string(limits.json_line >> 20U) + " MiB";
  else
    line = electra::read_json_line(source_->line(), options_.text_key);
  checks_.count_json_line(*source_, line.problem);
  if (!line.problem.empty()) return;
  checks_.count_lone_surrogates(line.lone_surrogates);
  document_ = std::move(line.text);
  waiting_ = document_;
  line_ends_ = line_ends_of(document_);
  starts_document_ = true;
}

void CorpusReading::close_file() {
  const RawFile& file = source_->packed();
  checks_.end_file(*source_, file_has_text_);
  record_.files.push_back(name_in_corpus(file.path(), path_));
  record_.bytes.push_back(file.bytes());
  record_.modified_ns.push_back(file.facts().modified_ns);
  record_.changed_ns.push_back(file.facts().changed_ns);
  record_.crc32c.push_back(file.checksum());
  source_.reset();
}

/// A sentence of what waits, or as much of it as is given at once. Nothing if it is blank.
std::optional<std::string_view> CorpusReading::next_piece() {
  while (!waiting_.empty()) {
    const std::size_t end = std::min(find_line_end(waiting_, line_ends_), waiting_.size());
    const std::size_t length = piece_length(waiting_.substr(0, end), limits.piece);
    const std::string_view text = waiting_.substr(0, length);
    const bool cut = length < end;
    waiting_.remove_prefix(std::min(cut ? length : end + 1, waiting_.size()));
    if (cut && !in_sentence_) checks_.count_cut_sentence();
    in_sentence_ = cut;
    if (!is_blank(text)) return text;
  }
  return std::nullopt;
}

CorpusLine CorpusReading::deliver(std::string_view text) {
  if (text.ends_with('\r')) text.remove_suffix(1);
  file_has_text_ = true;
  const bool starts = std::exchange(starts_document_, false);
  if (starts) checks_.count_document();
  return {.text = text, .starts_document = starts};
}

std::optional<CorpusLine> CorpusReading::next() {
  while (!finished_) {
    if (const auto piece = next_piece()) return deliver(*piece);
    if (read_line() || open_next_file()) continue;
    finished_ = true;
    checks_.end_corpus(path_);
  }
  return std::nullopt;
}

void CorpusReading::check() {
  bool all = true;
  while (open_next_file()) {
    while (source_ && source_->bytes() < checked_bytes && read_line())
      while (const auto piece = next_piece()) (void)deliver(*piece);
    all = all && !source_;
  }
  if (all) checks_.end_corpus(path_);
}

CorpusRecord CorpusReading::record() const {
  CorpusRecord record = record_;
  record.findings = findings();
  return record;
}

}  // namespace electra
