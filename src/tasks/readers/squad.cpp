#include "tasks/readers/squad.h"

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

class SquadReader {
 public:
  SquadReader(const std::filesystem::path& file, const ReadOptions& options)
      : labelled_(options.labelled) {
    examples_.file = file.string();
    for (const std::string* column :
         {&options.text, &options.text_b, &options.negative, &options.label})
      if (!column->empty())
        throw ConfigError(examples_.file + ": a SQuAD file has no columns, found a column " +
                          shown(*column));
  }

  Examples read(const std::filesystem::path& file) {
    const Json root = parse_json_object(read_text(file), examples_.file);
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
      example.id = text(question, "id");
      example.text = passage;
      example.text_b = text(question, "question");
      if (!ids_.insert(example.id).second)
        fail(below(question, "id"), "an id of its own", shown(example.id) + " again");
      if (labelled_) read_answers(example, question, starts);
      examples_.rows.push_back(std::move(example));
    });
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

  bool labelled_;
  Examples examples_;
  std::unordered_set<std::string> ids_;
};

}  // namespace

Examples read_squad(const std::filesystem::path& file, TaskKind /*task*/,
                    const ReadOptions& options) {
  return SquadReader(file, options).read(file);
}

}  // namespace electra
