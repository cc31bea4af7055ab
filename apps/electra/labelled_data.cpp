#include "labelled_data.h"

#include <algorithm>
#include <utility>

#include "electra/core/error.h"
#include "output.h"
#include "support/progress_line.h"

namespace electra {

Bootstrap bootstrap_of(const Arguments& arguments) {
  return {arguments.integer("--rounds").value_or(1000),
          static_cast<std::uint64_t>(arguments.integer("--seed").value_or(1))};
}

void refuse_labelled_options(const Arguments& arguments, const std::string& what) {
  for (const std::string_view option :
       {"--against", "--text", "--text-b", "--label", "--comments", "--rounds", "--seed"})
    if (const auto value = arguments.given(option))
      refuse_value(std::string(option), "none of " + what, *value);
}

void check_task(const Predictor& predictor, const std::string& asked, const std::string& model) {
  (void)task_named(asked);
  if (predictor.task().name != asked)
    throw ConfigError("TASK: expected " + std::string(predictor.task().name) + ", as " + model +
                      " was fine-tuned, found " + asked);
}

void check_pairs(const Predictor& predictor, const Examples& examples, const std::string& model) {
  const TaskKind task = predictor.task().kind;
  if (task != TaskKind::classify && task != TaskKind::regress) return;
  const StoredHead& head = predictor.head();
  if (head.pairs && !examples.pairs)
    throw IoError(examples.file + ": expected pairs of texts, as " + model +
                  " was fine-tuned, found single ones (--text-b names the second)");
  if (!head.pairs && examples.pairs && head.length > 0)
    throw IoError(examples.file + ": expected single texts, as " + model +
                  " was fine-tuned, found pairs (--text names the only one)");
}

std::vector<Prediction> predict_all(const Predictor& predictor, const Examples& examples) {
  constexpr std::size_t most_at_once = 1024;
  std::vector<Prediction> all;
  for (std::size_t begin = 0; begin < examples.rows.size(); begin += most_at_once) {
    const auto first = examples.rows.begin() + static_cast<std::ptrdiff_t>(begin);
    const auto count = std::min(most_at_once, examples.rows.size() - begin);
    Examples part{.file = examples.file,
                  .rows = {first, first + static_cast<std::ptrdiff_t>(count)},
                  .pairs = examples.pairs,
                  .remarks = {}};
    for (Prediction& prediction : predictor.predict(part)) all.push_back(std::move(prediction));
  }
  return all;
}

Examples read_examples(const Arguments& arguments, const Predictor& predictor) {
  Examples found = predictor.task().read(arguments.text("--data"), predictor.task().kind,
                                         {.text = arguments.text("--text"),
                                          .text_b = arguments.text("--text-b"),
                                          .negative = {},
                                          .label = arguments.text("--label"),
                                          .comments = arguments.has("--comments")});
  for (const std::string& remark : found.remarks) say(remark);
  check_pairs(predictor, found, arguments.text("--model"));
  if (predictor.labels().size() > 0) predictor.labels().check(found);
  return found;
}

std::string shown(const ScoreInfo& info, double value) {
  return info.percent ? decimal_text(100 * value, 2) : decimal_text(value, 4);
}

}  // namespace electra
