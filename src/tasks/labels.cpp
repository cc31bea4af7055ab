#include "electra/tasks/labels.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <set>

#include "electra/core/error.h"
#include "tasks/readers/text_file.h"

namespace electra {

namespace {

constexpr std::size_t most_shown = 20;

std::optional<double> value_of(std::string_view label) {
  double value = 0;
  const char* end = label.data() + label.size();
  const auto [stopped, code] = std::from_chars(label.data(), end, value);
  if (code != std::errc() || stopped != end || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), most_shown); ++i)
    text += (text.empty() ? "" : ", ") + shown(names[i]);
  const std::size_t more = names.size() - std::min(names.size(), most_shown);
  return more == 0 ? text : text + " and " + std::to_string(more) + " more";
}

}  // namespace

Labels::Labels(std::vector<std::string> names) : names_(std::move(names)) {
  for (std::size_t i = 0; i < names_.size(); ++i)
    if (!ids_.emplace(names_[i], static_cast<std::int32_t>(i)).second)
      throw ConfigError("labels: expected each once, found " + shown(names_[i]) + " twice");
}

Labels Labels::of(const Examples& training) {
  std::set<std::string> all;
  for (const Example& example : training.rows)
    all.insert(example.labels.begin(), example.labels.end());
  if (all.empty()) refuse(training.file, "labels", "none");
  std::vector<std::string> names(all.begin(), all.end());
  const auto is_number = [](const std::string& name) { return value_of(name).has_value(); };
  if (std::ranges::all_of(names, is_number))
    std::ranges::stable_sort(names, {}, [](const std::string& name) { return *value_of(name); });
  return Labels(std::move(names));
}

std::int32_t Labels::find(std::string_view name) const {
  const auto found = ids_.find(std::string(name));
  return found == ids_.end() ? -1 : found->second;
}

void Labels::check(const Examples& examples) const {
  for (std::size_t row = 0; row < examples.rows.size(); ++row)
    for (const std::string& label : examples.rows[row].labels)
      if (find(label) < 0)
        refuse(place_of(examples, row), "one of the labels " + listed(names_), shown(label));
}

}  // namespace electra
