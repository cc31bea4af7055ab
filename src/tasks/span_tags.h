#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace electra {

/// A tag of a scheme that marks spans, such as B-LOC.
struct SpanTag {
  char prefix = 'O';      // B, I, E, S or O; L and U of BILOU are E and S
  std::string_view kind;  // "LOC"; empty: O, or a tag of spans of one kind alone
};

/// Nothing for what is no such tag.
[[nodiscard]] std::optional<SpanTag> span_tag(std::string_view label);

/// Whether labels are tags of spans: all are, some is not O, and either all or none but O have a
/// kind. Tags without a kind count only where there are I and O: they could be anything.
[[nodiscard]] bool mark_spans(std::span<const std::string> labels);

/// Of labels among which O stands and one that begins with B- or I-, hence tags of spans, those
/// that are none; nothing of other labels.
[[nodiscard]] std::vector<std::string> foreign_tags(std::vector<std::string> labels);

}  // namespace electra
