#include "data/line_source.h"

#include <algorithm>

#include "data/foreign_format.h"
#include "electra/core/error.h"

namespace electra {
namespace {

constexpr std::size_t head_bytes = std::size_t{1} << 16U;

}  // namespace

std::size_t piece_length(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text.size();
  const std::size_t blank = text.substr(0, most).find_last_of(" \t\v\f\r\n");
  if (blank != text.npos) return blank + 1;
  const auto continues = [&](std::size_t i) { return (text[i] & 0xC0) == 0x80; };
  std::size_t length = most;
  for (int i = 0; i < 3 && length > 1 && continues(length); ++i) --length;
  return continues(length) ? most : length;
}

std::string_view line_ends_of(std::string_view text) {
  const bool feeds = text.find('\n') != text.npos;
  return !feeds && text.find('\r') != text.npos ? "\r\n" : "\n";
}

std::size_t find_line_end(std::string_view text, std::string_view ends, std::size_t from) {
  return ends.size() == 1 ? text.find(ends[0], from) : text.find_first_of(ends, from);
}

LineSource::LineSource(const std::filesystem::path& path, const std::string& encoding,
                       LineLimits limits)
    : source_(path), limits_(limits) {
  std::string start;
  while (start.size() < head_bytes) {
    const std::string_view piece = source_.next();
    at_end_ = piece.empty();
    if (at_end_) break;
    start += piece;
  }
  look_at_start(std::move(start), encoding);
}

void LineSource::look_at_start(std::string start, const std::string& wanted) {
  const auto& path = source_.file().path();
  const std::string inside = source_.packing() == Packing::none ? "" : "in the packed file ";
  if (const auto format = foreign_format(start))
    fail_corpus(path, "expected text, found " + inside + *format);
  encoding_ = encoding_of(std::string_view(start).substr(0, head_bytes), wanted);
  start.erase(0, encoding_.mark);
  if (is_utf8_name(encoding_.name)) {
    text_ = std::move(start);
    const std::string other = encoding_.named_by_user ? "" : other_encoding(head());
    if (!other.empty()) fail_corpus(path, "expected text in UTF-8: " + other);
  } else {
    transcoder_.emplace(encoding_.name);
    transcoder_->append(start, text_);
    if (at_end_) transcoder_->finish(text_);
  }
  if (looks_binary(head()))
    fail_corpus(path, "expected text, found " + inside +
                          "binary data (NULs and control characters): leave the file out");
  std::string_view ends = head();
  if (!head_is_all() && ends.ends_with('\r')) ends.remove_suffix(1);
  line_ends_ = line_ends_of(ends);
}

std::string_view LineSource::head() const { return std::string_view(text_).substr(0, head_bytes); }

bool LineSource::head_is_all() const { return at_end_ && text_.size() <= head_bytes; }

/// More text behind what there is; false at the end.
bool LineSource::fill() {
  if (at_end_) return false;
  text_.erase(0, begin_);
  begin_ = 0;
  const std::string_view piece = source_.next();
  at_end_ = piece.empty();
  if (!transcoder_) {
    text_ += piece;
  } else {
    transcoder_->append(piece, text_);
    if (at_end_) transcoder_->finish(text_);
  }
  return true;
}

/// Makes a line of so many bytes; its end follows, or nothing where it is cut.
void LineSource::take(std::size_t length, std::size_t end_length) {
  line_ = std::string_view(text_).substr(begin_, length);
  begin_ += length + end_length;
  bytes_ += static_cast<Index>(length + end_length);
  searched_ = 0;
  goes_on_ = in_line_;
  in_line_ = end_length == 0;
  if (!goes_on_) ++number_;
  if (end_length > 0 && line_.ends_with('\r')) line_.remove_suffix(1);
}

/// Cuts a piece off what is there of a line, or forgets it. False where it is not too long.
bool LineSource::take_too_long() {
  const std::string_view there = std::string_view(text_).substr(begin_);
  if (json_) {
    if (!skipped_ && there.size() <= limits_.json_line) return false;
    skipped_ = true;
    bytes_ += std::ssize(there);
    begin_ = text_.size();
    searched_ = 0;
    return false;
  }
  if (there.size() <= limits_.piece) return false;
  if (!in_line_) ++cut_lines_;
  take(piece_length(there, limits_.piece), 0);
  return true;
}

bool LineSource::take_last() {
  const std::size_t rest = text_.size() - begin_;
  if (rest == 0 && !skipped_) return false;
  take(rest, 0);
  in_line_ = false;
  if (line_.ends_with('\r')) line_.remove_suffix(1);
  return true;
}

bool LineSource::next() {
  skipped_ = false;
  while (true) {
    if (after_return_ && begin_ < text_.size()) {
      if (text_[begin_] == '\n') ++begin_;
      after_return_ = false;
    }
    const std::size_t end = find_line_end(text_, line_ends_, begin_ + searched_);
    const std::size_t length = end - begin_;
    if (end != text_.npos && (json_ || length <= limits_.piece)) {
      const bool too_long = json_ && (skipped_ || length > limits_.json_line);
      take(length, 1);
      after_return_ = text_[end] == '\r';
      skipped_ = too_long;
      if (too_long) line_ = {};
      return true;
    }
    if (take_too_long()) return true;
    searched_ = text_.size() - begin_;
    if (!fill()) return take_last();
  }
}

}  // namespace electra
