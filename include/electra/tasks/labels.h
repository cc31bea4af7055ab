#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "electra/tasks/example.h"

namespace electra {

/// The labels of a task, in their order: the id of one is its place.
class Labels {
 public:
  Labels() = default;
  /// In this order, as a model's id2label has them. Throws ConfigError for one that stands twice.
  explicit Labels(std::vector<std::string> names);
  /// Those of a training file, sorted by bytes; by value if all are numbers. Throws IoError if
  /// there is no label at all.
  [[nodiscard]] static Labels of(const Examples& training);

  [[nodiscard]] Index size() const { return static_cast<Index>(names_.size()); }
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
  /// -1 for one that there is not.
  [[nodiscard]] std::int32_t find(std::string_view name) const;
  /// Throws IoError that names file, line, the label and the labels that there are, for the first
  /// label that is none of these.
  void check(const Examples& examples) const;

 private:
  std::vector<std::string> names_;
  std::unordered_map<std::string, std::int32_t> ids_;
};

}  // namespace electra
