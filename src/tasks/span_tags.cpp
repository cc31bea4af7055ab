#include "tasks/span_tags.h"

#include <algorithm>

namespace electra {

namespace {

bool has_kind(const std::string& label) { return label.size() > 2 && label[1] == '-'; }

}  // namespace

std::optional<SpanTag> span_tag(std::string_view label) {
  if (label == "O") return SpanTag{};
  const bool alone = label.size() == 1;
  if (label.empty() || (!alone && (label.size() < 3 || label[1] != '-'))) return std::nullopt;
  constexpr std::string_view prefixes = "BIESLU";
  constexpr std::string_view meanings = "BIESES";
  const std::size_t place = prefixes.find(label[0]);
  if (place == prefixes.npos) return std::nullopt;
  return SpanTag{meanings[place], alone ? std::string_view{} : label.substr(2)};
}

bool mark_spans(std::span<const std::string> labels) {
  const auto is_tag = [](const std::string& label) { return span_tag(label).has_value(); };
  const auto is_there = [&](const char* label) {
    return std::ranges::find(labels, label) != labels.end();
  };
  if (!std::ranges::all_of(labels, is_tag)) return false;
  const auto outside = std::ranges::count(labels, "O");
  const auto with_kind = std::ranges::count_if(labels, has_kind);
  if (with_kind > 0) return with_kind + outside == std::ssize(labels);
  return is_there("O") && is_there("I");
}

std::vector<std::string> foreign_tags(std::vector<std::string> labels) {
  const auto opens_span = [](const std::string& label) {
    return has_kind(label) && (label[0] == 'B' || label[0] == 'I');
  };
  if (std::ranges::find(labels, "O") == labels.end()) return {};
  if (std::ranges::none_of(labels, opens_span)) return {};
  std::erase_if(labels, [](const std::string& label) {
    return label == "O" || (has_kind(label) && span_tag(label));
  });
  return labels;
}

}  // namespace electra
