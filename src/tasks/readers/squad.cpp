#include "tasks/readers/squad.h"

#include <algorithm>
#include <string_view>
#include <unordered_set>

#include "electra/core/error.h"
#include "electra/data/unicode.h"
#include "io/json.h"
#include "tasks/readers/text_file.h"

namespace electra {

namespace {

/// A value and where it is: "data[3].paragraphs[0]".
struct Node {
  const Json& value;
  std::string path;
};

/// Where ids stand in a file, of which JSON says nothing; they are looked for in their order.
class IdLines {
 public:
  explicit IdLines(std::string_view text) : text_(text) {}

  /// 0 for one that is not found, and for all behind it.
  Index line_of(const std::string& id) {
    constexpr std::string_view key = "\"id\"";
    const std::string value = json_string(id);
    while (true) {
      const std::size_t found = std::min(text_.find(key), text_.size());
      line_ += std::ranges::count(text_.substr(0, found), '\n');
      text_.remove_prefix(found);
      if (text_.empty()) return 0;
      text_.remove_prefix(key.size());
      const std::size_t begin = std::min(text_.find_first_not_of(": \t\r\n"), text_.size());
      if (text_.substr(begin).starts_with(value)) return line_;
    }
  }

 private:
  std::string_view text_;
  Index line_ = 1;
};

class SquadReader {
 public:
  SquadReader(const std::filesystem::path& file, const ReadOptions& options)
      : options_(options), text_(read_text(file)), lines_(text_) {
    examples_.file = file.string();
    for (const std::string* column :
         {&options.text, &options.text_b, &options.negative, &options.label})
      if (!column->empty())
        throw ConfigError(examples_.file + ": a SQuAD file has no columns, found a column " +
                          shown(*column));
  }

  Examples read() {
    const Json root = parse_json_object(text_, examples_.file);
    for_each({root, ""}, "data", [&](const Node& article) {
      for_each(article, "paragraphs", [&](const Node& paragraph) { read_paragraph(paragraph); });
    });
    if (examples_.rows.empty()) refuse(examples_.file, "questions", "none");
    return std::move(examples_);
  }

 private:
  [[noreturn]] void fail(const std::string& path, const std::string& expected,
                         const std::string& found) const {
    refuse(examples_.file + ": " + path, expected, found);
  }

  static std::string below(const Node& parent, const std::string& key) {
    return parent.path.empty() ? key : parent.path + "." + key;
  }

  Node member(const Node& parent, const char* key, const char* expected) const {
    if (!parent.value.is_object()) fail(parent.path, "an object", kind_of(parent.value));
    if (!parent.value.contains(key)) fail(below(parent, key), expected, "nothing");
    return {parent.value[key], below(parent, key)};
  }

  std::string text(const Node& parent, const char* key) const {
    const Node node = member(parent, key, "a string");
    if (!node.value.is_string()) fail(node.path, "a string", kind_of(node.value));
    return node.value.get<std::string>();
  }

  template <class Visit>
  void for_each(const Node& parent, const char* key, Visit&& visit) const {
    const Node list = member(parent, key, "an array");
    if (!list.value.is_array()) fail(list.path, "an array", kind_of(list.value));
    for (std::size_t i = 0; i < list.value.size(); ++i)
      visit(Node{list.value[i], list.path + "[" + std::to_string(i) + "]"});
  }

  void read_paragraph(const Node& paragraph) {
    const std::string passage = text(paragraph, "context");
    const std::vector<Index> starts = character_starts(passage);
    for_each(paragraph, "qas", [&](const Node& question) {
      Example example;
      example.line = line_of(question);
      const auto read = [&] { read_question(example, question, passage, starts); };
      if (read_row(options_, examples_.file, example.line, read))
        examples_.rows.push_back(std::move(example));
    });
  }

  Index line_of(const Node& question) {
    const bool has_id = question.value.is_object() && question.value.contains("id") &&
                        question.value["id"].is_string();
    return has_id ? lines_.line_of(question.value["id"].get<std::string>()) : 0;
  }

  void read_question(Example& example, const Node& question, const std::string& passage,
                     const std::vector<Index>& starts) {
    example.id = text(question, "id");
    example.text = passage;
    example.text_b = text(question, "question");
    if (!ids_.insert(example.id).second)
      fail(below(question, "id"), "an id of its own", shown(example.id) + " again");
    if (options_.labelled) read_answers(example, question, starts);
  }

  void read_answers(Example& example, const Node& question, const std::vector<Index>& starts) {
    for_each(question, "answers", [&](const Node& answer) {
      example.answers.push_back(read_answer(example, answer, starts));
    });
    if (!question.value.contains("is_impossible")) return;
    const Node impossible = member(question, "is_impossible", "true or false");
    if (!impossible.value.is_boolean())
      fail(impossible.path, "true or false", kind_of(impossible.value));
    if (impossible.value.get<bool>() != example.answers.empty())
      fail(impossible.path + " of question " + shown(example.id),
           example.answers.empty() ? "true, as there is no answer" : "false, as there are answers",
           kind_of(impossible.value));
  }

  PassageAnswer read_answer(const Example& example, const Node& answer,
                            const std::vector<Index>& starts) const {
    const std::string found = text(answer, "text");
    const Node start = member(answer, "answer_start", "an integer");
    const Json& place = start.value;
    if (!place.is_number_integer()) fail(start.path, "an integer", kind_of(place));
    const std::string what = start.path + " of question " + shown(example.id);
    const bool inside =
        place.is_number_unsigned() && place.get<std::uint64_t>() + 1 < starts.size();
    if (!inside)
      fail(what, "a place in the passage of " + std::to_string(starts.size() - 1) + " characters",
           place.dump());
    if (found.empty()) fail(what, "an answer with text", "an empty one");
    const Index begin = starts[place.get<std::size_t>()];
    const auto there = std::string_view(example.text).substr(static_cast<std::size_t>(begin));
    if (!there.starts_with(found))
      fail(what, shown(found) + " at " + place.dump(),
           shown(slice_characters(there, 0, std::ssize(character_starts(found)) - 1)));
    return {found, begin};
  }

  const ReadOptions& options_;
  std::string text_;
  IdLines lines_;  // of text_
  Examples examples_;
  std::unordered_set<std::string> ids_;
};

}  // namespace

Examples read_squad(const std::filesystem::path& file, TaskKind /*task*/,
                    const ReadOptions& options) {
  return SquadReader(file, options).read();
}

}  // namespace electra
