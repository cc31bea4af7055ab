#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "electra/tasks/data_check.h"

namespace electra {

/// The examples of a file, by their texts. The examples must outlive it.
class SameTexts {
 public:
  SameTexts(const Examples& examples, TaskKind task);

  /// Conflicts and repeats: one conflict for each text, one repeat for each row that adds nothing.
  void check(std::vector<DataFinding>& findings) const;
  /// Leaks: the rows of this file whose text is in the other.
  void check_against(const SameTexts& training, std::vector<DataFinding>& findings) const;

 private:
  using Rows = std::vector<std::size_t>;

  void check(const Rows& rows, std::vector<DataFinding>& findings) const;
  [[nodiscard]] DataFinding finding(DataFault fault, std::size_t row, std::string what,
                                    const Examples& others, std::size_t other) const;

  const Examples& examples_;
  TaskKind task_;
  std::vector<Rows> groups_;                             // in the order of their first rows
  std::unordered_map<std::string, std::size_t> places_;  // of a text among the groups
};

}  // namespace electra
