#include "tasks/scores/span_f1.h"

#include <algorithm>
#include <map>

#include "tasks/span_tags.h"

namespace electra {

namespace {

bool parts(const SpanTag& before, const SpanTag& tag) {
  return before.kind != tag.kind || tag.prefix == 'B' || tag.prefix == 'S' ||
         before.prefix == 'E' || before.prefix == 'S';
}

std::vector<std::string> names_of(const Labels& labels, std::span<const std::int32_t> tags) {
  std::vector<std::string> names;
  for (const std::int32_t tag : tags)
    names.push_back(tag < 0 ? "O" : labels.names()[static_cast<std::size_t>(tag)]);
  return names;
}

/// What stands in one of the two sorted lists, or in both.
void add_hits(std::vector<Hit>& hits, const std::vector<TagSpan>& expected,
              const std::vector<TagSpan>& found, const std::map<std::string, std::int32_t>& kinds) {
  for (const TagSpan& span : expected)
    hits.push_back({kinds.at(span.kind), true, std::ranges::binary_search(found, span)});
  for (const TagSpan& span : found)
    if (!std::ranges::binary_search(expected, span))
      hits.push_back({kinds.at(span.kind), false, true});
}

}  // namespace

std::vector<TagSpan> spans_of(std::span<const std::string> tags) {
  std::vector<TagSpan> spans;
  SpanTag before;
  for (std::size_t i = 0; i < tags.size(); ++i) {
    const SpanTag tag = span_tag(tags[i]).value_or(SpanTag{});
    const bool goes_on = tag.prefix != 'O' && before.prefix != 'O' && !parts(before, tag);
    if (goes_on)
      spans.back().end = i + 1;
    else if (tag.prefix != 'O')
      spans.push_back({std::string(tag.kind), i, i + 1});
    before = tag;
  }
  return spans;
}

LabelHits span_hits(const Scored& scored) {
  std::map<std::string, std::int32_t> kinds;
  for (const std::string& label : scored.labels.names())
    if (const auto tag = span_tag(label); tag && tag->prefix != 'O') kinds.emplace(tag->kind, 0);
  LabelHits result;
  for (auto& [kind, number] : kinds) {
    number = static_cast<std::int32_t>(result.names.size());
    result.names.push_back(kind);
  }
  for (std::size_t i = 0; i < scored.predictions.size(); ++i) {
    result.begins.push_back(result.hits.size());
    std::vector<TagSpan> expected = spans_of(scored.examples.rows[i].labels);
    std::vector<TagSpan> found = spans_of(names_of(scored.labels, scored.predictions[i].tags));
    std::ranges::sort(expected);
    std::ranges::sort(found);
    add_hits(result.hits, expected, found, kinds);
  }
  result.begins.push_back(result.hits.size());
  return result;
}

Measure span_f1(Evidence& evidence) {
  if (!mark_spans(evidence.scored().labels.names())) return {};
  return micro_f1_of(span_hits(evidence.scored()));
}

}  // namespace electra
