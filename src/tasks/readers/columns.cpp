#include "tasks/readers/columns.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>
#include <span>
#include <string_view>

#include "electra/core/error.h"
#include "tasks/readers/text_file.h"

namespace electra {

namespace {

using Words = std::span<const std::string_view>;

// What columns are called, the likelier name first.
constexpr auto text_words = std::to_array<std::string_view>(
    {"text",      "text_a",   "text1",       "sentence1", "sentence_a", "premise",
     "question1", "question", "query",       "anchor",    "sentence",   "review",
     "tweet",     "comment",  "content",     "document",  "message",    "utterance",
     "passage",   "body",     "description", "title"});
constexpr auto text_b_words = std::to_array<std::string_view>(
    {"text_b", "text2", "sentence2", "sentence_b", "hypothesis", "question2", "positive", "answer",
     "response", "passage", "context", "sentence"});
constexpr auto negative_words = std::to_array<std::string_view>({"negative", "hard_negative"});
constexpr auto label_words = std::to_array<std::string_view>(
    {"label", "labels", "gold_label", "class", "category", "categories", "target", "score",
     "similarity", "sentiment", "intent", "rating", "stars", "tag", "tags", "is_duplicate"});

std::string lower(std::string_view name) {
  std::string result(name);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  return result;
}

bool is_one_of(std::string_view name, Words words) {
  return std::ranges::find(words, lower(name)) != words.end();
}

/// A letter, then letters, digits and signs that hold words together.
bool is_identifier(std::string_view name) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  return !name.empty() && is_letter(name[0]) && std::ranges::all_of(name, [&](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
  });
}

/// Names like those that people give to columns: one of a text, and of a label or of nothing else.
bool looks_like_heading(const std::vector<std::string>& names) {
  const auto count = [&](auto&&... words) {
    return std::ranges::count_if(
        names, [&](const std::string& name) { return (is_one_of(name, words) || ...); });
  };
  if (!std::ranges::all_of(names, is_identifier)) return false;
  if (std::set<std::string>(names.begin(), names.end()).size() != names.size()) return false;
  const auto known = count(text_words, text_b_words, negative_words, label_words);
  return count(text_words) > 0 && (count(label_words) > 0 || known == std::ssize(names));
}

/// What is asked of a table, and what has been found of it.
class Choice {
 public:
  Choice(const TableHead& head, TaskKind task, const ReadOptions& options)
      : head_(head), options_(options), embeds_(task == TaskKind::embed) {
    if (embeds_ && !options.label.empty())
      throw ConfigError("label: embed has no column of labels, found " + shown(options.label));
    if (!embeds_ && !options.negative.empty())
      throw ConfigError("negative: only embed has one, found " + shown(options.negative));
    columns_.heading = head.are_keys || names_anything() || looks_like_heading(head.names);
  }

  Columns columns() {
    take_given();
    if (columns_.heading) take_by_words();
    take_by_order();
    check();
    columns_.remark = remark();
    return columns_;
  }

 private:
  using Column = std::optional<Index>;

  bool names_anything() const {
    for (const std::string* name :
         {&options_.text, &options_.text_b, &options_.negative, &options_.label})
      if (!is_digits(*name) && !name->empty() && std::ranges::count(head_.names, *name) > 0)
        return true;
    return false;
  }

  Index size() const { return std::ssize(head_.names); }

  std::string found() const {
    std::string all;
    for (const std::string& name : head_.names) all += (all.empty() ? "" : ", ") + shown(name);
    return all;
  }

  Column given(const std::string& name) const {
    if (name.empty()) return std::nullopt;
    const auto times = columns_.heading ? std::ranges::count(head_.names, name) : 0;
    if (times > 1) refuse(head_.place, "one column " + shown(name), found());
    if (times == 1) return std::ranges::find(head_.names, name) - head_.names.begin();
    if (!is_digits(name) || head_.are_keys) refuse(head_.place, "a column " + shown(name), found());
    return column_of(name, size(), head_.place);
  }

  void take_given() {
    columns_.text = given(options_.text);
    columns_.text_b = given(options_.text_b);
    columns_.negative = given(options_.negative);
    columns_.label = given(options_.label);
  }

  bool is_free(Index column) const {
    return columns_.text != column && columns_.text_b != column && columns_.negative != column &&
           columns_.label != column;
  }

  void by_words(Column& role, Words words) const {
    for (const std::string_view word : words)
      for (Index i = 0; i < size() && !role; ++i)
        if (is_free(i) && lower(head_.names[static_cast<std::size_t>(i)]) == word) role = i;
  }

  /// Who names the text alone wants no pair.
  void take_by_words() {
    if (!embeds_) by_words(columns_.label, label_words);
    by_words(columns_.text, text_words);
    if (embeds_ || options_.text.empty()) by_words(columns_.text_b, text_b_words);
    if (embeds_) by_words(columns_.negative, negative_words);
  }

  std::vector<Index> rest() const {
    std::vector<Index> rest;
    for (Index i = 0; i < size(); ++i)
      if (is_free(i)) rest.push_back(i);
    return rest;
  }

  /// Order tells what a column is in tables of up to three; elsewhere a column that is alone.
  void take_by_order() {
    const auto first = [&](Column& role) {
      const std::vector<Index> left = rest();
      const bool ordered = !head_.are_keys && size() <= 3;
      if (!role && !left.empty() && (ordered || left.size() == 1)) role = left.front();
    };
    first(columns_.text);
    const bool third = !columns_.heading && size() == 3;
    if (embeds_) {
      first(columns_.text_b);
      if (third) first(columns_.negative);
      return;
    }
    const std::vector<Index> left = rest();
    if (!columns_.label && !left.empty() && (left.size() == 1 || (size() <= 3 && !head_.are_keys)))
      columns_.label = left.back();
    if (third && options_.text.empty()) first(columns_.text_b);
  }

  void check() const {
    const auto expect = [&](const Column& role, const char* what) {
      if (role) return;
      const std::string hint = size() > 3 && !columns_.heading
                                   ? ", given by its number, as there are more than three columns"
                                   : "";
      refuse(head_.place, std::string("a column of ") + what + hint, found());
    };
    expect(columns_.text, "text");
    if (options_.labelled && embeds_) expect(columns_.text_b, "texts that belong to the first");
    if (options_.labelled && !embeds_) expect(columns_.label, "labels");
    std::set<Index> taken;
    for (const Column& role : {columns_.text, columns_.text_b, columns_.negative, columns_.label})
      if (role && !taken.insert(*role).second)
        refuse(head_.place, "a column of its own for each of text, text_b, negative and label",
               column_place(head_, columns_, *role) + " twice");
  }

  std::string remark() const {
    std::string text;
    const auto say = [&](const char* role, const Column& column) {
      if (column)
        text += (text.empty() ? "" : ", ") + std::string(role) + " is " +
                column_place(head_, columns_, *column);
    };
    say("text", columns_.text);
    say("text_b", columns_.text_b);
    say("negative", columns_.negative);
    if (options_.labelled) say("label", columns_.label);
    return head_.place + (columns_.heading && !head_.are_keys ? ": a heading; " : ": ") + text;
  }

  const TableHead& head_;
  const ReadOptions& options_;
  bool embeds_;
  Columns columns_;
};

}  // namespace

Columns choose_columns(const TableHead& head, TaskKind task, const ReadOptions& options) {
  return Choice(head, task, options).columns();
}

std::string column_place(const TableHead& head, const Columns& columns, Index column) {
  const std::string& name = head.names[static_cast<std::size_t>(column)];
  if (head.are_keys) return "key " + shown(name);
  return "column " + std::to_string(column + 1) + (columns.heading ? " (" + shown(name) + ")" : "");
}

}  // namespace electra
