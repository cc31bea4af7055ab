#include "verbs/check.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>

#include "electra/core/error.h"
#include "electra/core/range.h"
#include "electra/formats/hugging_face_config.h"
#include "electra/formats/tokenizer_files.h"
#include "electra/tasks/data_check.h"
#include "labelled_data.h"
#include "model_options.h"
#include "output.h"
#include "support/progress_line.h"

namespace electra {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;
using Kind = OptionInfo::Kind;

constexpr auto options = std::to_array<OptionInfo>({
    {.name = "TASK",
     .help = "classify, multilabel, regress, tag, answer or embed",
     .required = true},
    {"--train", Kind::text, "FILE", "labelled examples that are to be learned", true},
    {"--eval", Kind::text, "FILE", "labelled examples that every epoch is to be judged by"},
    {"--model", Kind::text, "DIR",
     "directory of the encoder, or of its vocab.txt: for too long texts and unknown pieces"},
    {"--length", Kind::integer, "N",
     "tokens of a text at most (default: as finetune, 128, answer 384)"},
    text_option,
    text_b_option,
    {"--negative", Kind::text, "COLUMN", "embed: a text that does not belong"},
    label_option,
    comments_option,
    {"--strict", Kind::flag, "", "warnings are errors, too"},
    {"--all", Kind::flag, "", "every finding, not the first ten of a kind"},
    json_option,
});

constexpr std::string_view forms =
    "Errors are bad_file, bad_row (columns, labels, JSON, an answer that is not in its passage),\n"
    "bad_encoding, empty_text and unknown_label (training lacks it); warnings are conflict (one\n"
    "text, several labels), leak (a text in both files), repeat, rare_label (seen once),\n"
    "imbalance, garbled (another encoding was read), too_long and unknown_piece. Output is a line\n"
    "for each finding, FILE:LINE: KIND: WHAT, then tables of files, kinds and labels, cells\n"
    "between tabs; with --json an object for each finding, all of them, and one of these tables.\n"
    "The exit code is 1 if there is an error.";

constexpr std::string_view example_lines =
    "  electra check classify --train share/labelled/sentiment_train.tsv "
    "--eval share/labelled/sentiment_dev.tsv\n"
    "  electra check tag --train share/labelled/places_train.conll "
    "--eval share/labelled/places_dev.conll --json";

/// How the texts of a task become tokens.
class Tokens {
 public:
  Tokens(const fs::path& directory, const TaskInfo& task, std::optional<Index> asked)
      : stored_(load_tokenizer(directory)),
        wordpiece_(stored_.vocabulary, stored_.options, {stored_.added, stored_.options}),
        features_(wordpiece_, stored_.vocabulary.special_ids(), task.kind,
                  options_of(directory, task, asked)) {}
  Tokens(const Tokens&) = delete;
  Tokens& operator=(const Tokens&) = delete;

  [[nodiscard]] const Wordpiece& wordpiece() const { return wordpiece_; }
  [[nodiscard]] const FeatureMaker& features() const { return features_; }

 private:
  /// As finetune has them. A vocabulary alone says nothing of positions.
  static FeatureOptions options_of(const fs::path& directory, const TaskInfo& task,
                                   std::optional<Index> asked) {
    const Index positions = fs::exists(directory / "config.json")
                                ? read_network_config(directory).positions
                                : std::numeric_limits<Index>::max();
    check_range("--length", asked, from(3).to(static_cast<double>(positions)));
    const Index length = asked.value_or(std::min(task.length, positions));
    return {.length = length, .stride = std::min(task.stride, length / 3)};
  }

  StoredTokenizer stored_;
  Wordpiece wordpiece_;
  FeatureMaker features_;
};

/// What was found, and what the command line makes of it.
struct Result {
  const TaskInfo* task = nullptr;
  DataCheck check;
  bool has_tokens = false;
  bool strict = false;

  [[nodiscard]] bool fails(DataFault fault) const { return strict || is_error(fault); }
  [[nodiscard]] std::string severity(DataFault fault) const {
    return fails(fault) ? "error" : "warning";
  }
  [[nodiscard]] Index errors() const {
    return std::ranges::count_if(check.findings,
                                 [&](const DataFinding& finding) { return fails(finding.fault); });
  }
};

std::string name_of(DataFault fault) {
  return std::string(enum_names(fault)[static_cast<std::size_t>(fault)]);
}

Result checked(const Arguments& arguments) {
  const TaskInfo& task = task_named(arguments.text("TASK"));
  const std::optional<Index> length = arguments.integer("--length");
  std::optional<Tokens> tokens;
  if (arguments.has("--model")) tokens.emplace(arguments.text("--model"), task, length);
  if (length && !tokens) refuse_value("--length", "--model, which says what tokens are", "none");
  return {.task = &task,
          .check = check_data(task, {.train = arguments.text("--train"),
                                     .evaluate = arguments.text("--eval"),
                                     .read = {.text = arguments.text("--text"),
                                              .text_b = arguments.text("--text-b"),
                                              .negative = arguments.text("--negative"),
                                              .label = arguments.text("--label"),
                                              .comments = arguments.has("--comments")},
                                     .features = tokens ? &tokens->features() : nullptr,
                                     .tokenizer = tokens ? &tokens->wordpiece() : nullptr}),
          .has_tokens = tokens.has_value(),
          .strict = arguments.has("--strict")};
}

/// How many findings there are of each kind that there is, in their order.
std::vector<std::pair<DataFault, Index>> counts_of(const DataCheck& check) {
  std::vector<std::pair<DataFault, Index>> counts;
  for (const DataFinding& finding : check.findings) {
    if (counts.empty() || counts.back().first != finding.fault)
      counts.emplace_back(finding.fault, 0);
    ++counts.back().second;
  }
  return counts;
}

Json line_or_null(Index line) { return line > 0 ? Json(line) : Json(nullptr); }

Json json_of(const DataFinding& finding, const Result& result) {
  Json object{{"kind", name_of(finding.fault)},
              {"severity", result.severity(finding.fault)},
              {"file", finding.file},
              {"line", line_or_null(finding.line)},
              {"what", finding.what}};
  if (!finding.other_file.empty())
    object["other"] = {{"file", finding.other_file}, {"line", line_or_null(finding.other_line)}};
  return object;
}

double unknown_share(const CheckedFile& file) {
  return file.tokens == 0 ? 0
                          : static_cast<double>(file.unknown) / static_cast<double>(file.tokens);
}

Json json_of(const CheckedFile& file, bool has_tokens) {
  Json object{{"file", file.file}, {"examples", file.examples}};
  if (has_tokens)
    object.update({{"tokens", file.tokens},
                   {"unknown", file.unknown},
                   {"unknown_share", unknown_share(file)}});
  return object;
}

Json summary_of(const Result& result) {
  Json files = Json::array(), kinds = Json::object(), labels = Json::array();
  for (const CheckedFile& file : result.check.files)
    files.push_back(json_of(file, result.has_tokens));
  for (const auto& [fault, count] : counts_of(result.check)) kinds[name_of(fault)] = count;
  for (const LabelCount& one : result.check.labels)
    labels.push_back({{"label", one.label}, {"train", one.train}, {"eval", one.evaluate}});
  const Index errors = result.errors();
  return {{"task", result.task->name},
          {"files", files},
          {"errors", errors},
          {"warnings", std::ssize(result.check.findings) - errors},
          {"kinds", kinds},
          {"labels", labels}};
}

void print_objects(const Result& result) {
  for (const DataFinding& finding : result.check.findings) print_json(json_of(finding, result));
  print_json(summary_of(result));
}

/// Of each kind `most` at most; says how many are left out.
void print_findings(const Result& result, Index most) {
  auto finding = result.check.findings.begin();
  for (const auto& [fault, count] : counts_of(result.check)) {
    for (Index i = 0; i < std::min(count, most); ++i)
      print_line(finding[i].file + ":" +
                 (finding[i].line > 0 ? std::to_string(finding[i].line) + ":" : "") + " " +
                 name_of(fault) + ": " + text_cell(finding[i].what));
    if (count > most)
      say(std::to_string(count - most) + " more of " + name_of(fault) + " (--all shows them)");
    finding += count;
  }
  if (!result.check.findings.empty()) print_line("");
}

void print_files(const Result& result) {
  print_line(std::string("file\texamples") +
             (result.has_tokens ? "\ttokens\t[UNK]\t[UNK] in %" : ""));
  for (const CheckedFile& file : result.check.files) {
    std::string row = file.file + "\t" + std::to_string(file.examples);
    if (result.has_tokens)
      row += "\t" + std::to_string(file.tokens) + "\t" + std::to_string(file.unknown) + "\t" +
             decimal_text(100 * unknown_share(file), 4);
    print_line(row);
  }
}

void print_tables(const Result& result) {
  print_files(result);
  if (!result.check.findings.empty()) print_line("\nkind\tseverity\tnumber");
  for (const auto& [fault, count] : counts_of(result.check))
    print_line(name_of(fault) + "\t" + result.severity(fault) + "\t" + std::to_string(count));
  if (!result.check.labels.empty()) print_line("\nlabel\ttrain\teval");
  for (const LabelCount& one : result.check.labels)
    print_line(text_cell(one.label) + "\t" + std::to_string(one.train) + "\t" +
               std::to_string(one.evaluate));
}

int check(const Arguments& arguments) {
  constexpr Index shown_of_a_kind = 10;
  const Result result = checked(arguments);
  for (const std::string& remark : result.check.remarks) say(remark);
  if (arguments.has("--json")) {
    print_objects(result);
  } else {
    print_findings(result,
                   arguments.has("--all") ? std::ssize(result.check.findings) : shown_of_a_kind);
    print_tables(result);
  }
  flush_results();
  return result.errors() > 0 ? 1 : 0;
}

}  // namespace

Verb check_verb() {
  return {"check", "faults of labelled examples, by file and line", options, forms, example_lines,
          check};
}

}  // namespace electra
