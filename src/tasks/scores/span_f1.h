#pragma once

#include "tasks/scores/measure.h"

namespace electra {

/// A span of words of one kind.
struct TagSpan {
  std::string kind;
  std::size_t begin = 0, end = 0;  // half-open

  friend auto operator<=>(const TagSpan&, const TagSpan&) = default;
};

/// The spans that tags mark, by conlleval's rules, which take every sequence of tags: between two
/// tags of one kind a span ends and another begins only if the second is B or S or the first E or
/// S; between tags of two kinds always. So I after O begins one, as in IOB1.
///
/// On B, I and O that is conlleval.pl to the letter, and seqeval's default mode. The two differ on
/// E and S: conlleval.pl knows no S, and does not end a span between E and a B of the same kind, so
/// that well-formed BIOES spans side by side would be one; seqeval and conlleval's later versions
/// part them, as is done here. All tags have a kind, or none has.
[[nodiscard]] std::vector<TagSpan> spans_of(std::span<const std::string> tags);

/// Spans of all sentences: a right one has the same words and kind. A word that was cut off is O.
[[nodiscard]] LabelHits span_hits(const Scored& scored);

/// F1 over all spans. Does not apply where labels mark none.
[[nodiscard]] Measure span_f1(Evidence& evidence);

}  // namespace electra
