#include "electra/inspect/explanation.h"

#include <algorithm>
#include <cmath>

#include "electra/core/error.h"
#include "electra/core/range.h"
#include "electra/data/added_tokens.h"
#include "electra/data/wordpiece.h"
#include "electra/formats/hugging_face_config.h"
#include "electra/formats/tokenizer_files.h"
#include "electra/inspect/attribution.h"
#include "electra/tasks/labels.h"
#include "electra/tasks/outputs.h"
#include "inspect/token_proposer.h"

namespace electra {

namespace {

namespace fs = std::filesystem;

Index place_of_greatest(std::span<const double> values) {
  return std::ranges::max_element(values) - values.begin();
}

}  // namespace

struct Explainer::Parts {
  Parts(const fs::path& directory, const Options& options)
      : attributor(directory, {.threads = options.threads}),
        task(attributor.head().task.empty() ? nullptr : &task_named(attributor.head().task)),
        labels(attributor.head().labels),
        tokenizer(load_tokenizer(directory)),
        added(tokenizer.added, tokenizer.options),
        wordpiece(tokenizer.vocabulary, tokenizer.options, added),
        length(length_of(directory, options)),
        maker(wordpiece, tokenizer.vocabulary.special_ids(),
              task == nullptr ? TaskKind::classify : task->kind,
              {.length = length, .stride = stride()}) {
    if (!options.generator.empty())
      proposer.emplace(options.generator, tokenizer.vocabulary, options.candidates,
                       options.threads);
  }

  [[nodiscard]] const StoredHead& head() const { return attributor.head(); }

  [[nodiscard]] Index stride() const {
    return head().length > 0 || task == nullptr ? head().stride : task->stride;
  }

  [[nodiscard]] Index length_of(const fs::path& directory, const Options& options) const {
    const auto positions = read_network_config(directory).positions;
    if (options.length != 0)
      check_range("length", options.length, from(3).to(static_cast<double>(positions)));
    const Index trained = head().length > 0                                   ? head().length
                          : task != nullptr && task->kind == TaskKind::answer ? task->length
                                                                              : positions;
    return std::min(options.length != 0 ? options.length : trained, positions);
  }

  [[nodiscard]] std::vector<Feature> features_of(const Example& example) const {
    return maker.features(example, 0, task != nullptr && head().pairs);
  }

  /// The window of a passage whose best answer is the best of all.
  [[nodiscard]] Feature best_window(const Example& example) {
    std::vector<Feature> windows = features_of(example);
    std::size_t best = 0;
    double greatest = -HUGE_VAL;
    for (std::size_t i = 0; windows.size() > 1 && i < windows.size(); ++i) {
      const std::vector<double> logits = attributor.outputs_of(windows[i].ids, windows[i].types);
      const auto found = best_span(windows[i], logits);
      if (found && found->score > greatest) {
        greatest = found->score;
        best = i;
      }
    }
    return std::move(windows[best]);
  }

  [[nodiscard]] std::optional<AnswerCandidate> best_span(const Feature& window,
                                                         std::span<const double> logits) const {
    const std::vector<float> values(logits.begin(), logits.end());
    const WindowLogits said{&window, values};
    const auto found = best_answers({&said, 1}, {.longest = head().max_answer_length}, 1);
    return found.empty() ? std::nullopt : std::optional(found.front());
  }

  [[nodiscard]] Index label_column(const std::string& label) const {
    const std::int32_t column = labels.find(label);
    if (column >= 0) return column;
    std::string names;
    for (const std::string& name : labels.names()) names += (names.empty() ? "" : ", ") + name;
    throw ConfigError("label: expected one of " + names + ", found " + label);
  }

  [[nodiscard]] static Index checked_token(Index token, std::size_t tokens) {
    if (token < 0 || token >= static_cast<Index>(tokens))
      throw InputError("token: expected 0 to " + std::to_string(tokens - 1) +
                       ", a token of the text, found " + std::to_string(token));
    return token;
  }

  void refuse(bool is_given, const char* what) const {
    if (is_given)
      throw ConfigError(std::string(what) + ": expected none of " +
                        (task == nullptr ? "a discriminator" : std::string(task->name)) +
                        ", found one");
  }

  /// Which numbers are explained, and what to call them.
  [[nodiscard]] std::vector<OutputPlace> choose(const Feature& of, const ExplainedTarget& target,
                                                std::span<const double> outputs,
                                                std::string& name) const {
    if (task == nullptr) return choose_replaced(of, target, outputs, name);
    switch (task->kind) {
      case TaskKind::tag:
        return choose_tags(of, target, outputs, name);
      case TaskKind::answer:
        return choose_answer(of, target, outputs, name);
      case TaskKind::regress:
        refuse(!target.label.empty(), "label");
        refuse(target.token.has_value(), "token");
        name = "the number";
        return {{0, 0}};
      default:
        refuse(target.token.has_value(), "token");
        const Index column =
            target.label.empty() ? place_of_greatest(outputs) : label_column(target.label);
        name = labels.names()[static_cast<std::size_t>(column)];
        return {{0, column}};
    }
  }

  [[nodiscard]] std::vector<OutputPlace> choose_replaced(const Feature& of,
                                                         const ExplainedTarget& target,
                                                         std::span<const double> outputs,
                                                         std::string& name) const {
    refuse(!target.label.empty(), "label");
    const Index token =
        target.token ? checked_token(*target.token, of.ids.size()) : place_of_greatest(outputs);
    name = "that token " + std::to_string(token) + ", " +
           token_name(of.ids[static_cast<std::size_t>(token)]) + ", was replaced";
    return {{token, 0}};
  }

  [[nodiscard]] std::vector<OutputPlace> choose_tags(const Feature& of,
                                                     const ExplainedTarget& target,
                                                     std::span<const double> outputs,
                                                     std::string& name) const {
    const auto width = static_cast<std::size_t>(labels.size());
    const auto column = [&](Index token) {
      return target.label.empty() ? place_of_greatest(outputs.subspan(
                                        static_cast<std::size_t>(token) * width, width))
                                  : label_column(target.label);
    };
    if (target.token) {
      const Index token = checked_token(*target.token, of.ids.size());
      name = labels.names()[static_cast<std::size_t>(column(token))] + " of token " +
             std::to_string(token) + ", " + token_name(of.ids[static_cast<std::size_t>(token)]);
      return {{token, column(token)}};
    }
    std::vector<OutputPlace> places;
    for (const std::int32_t word : of.words)
      if (word >= 0) places.push_back({word, column(word)});
    name = (target.label.empty() ? "the tags" : target.label) + " of all words";
    return places;
  }

  [[nodiscard]] std::vector<OutputPlace> choose_answer(const Feature& of,
                                                       const ExplainedTarget& target,
                                                       std::span<const double> outputs,
                                                       std::string& name) const {
    refuse(!target.label.empty(), "label");
    refuse(target.token.has_value(), "token");
    const auto best = best_span(of, outputs);
    if (!best) throw InputError("the passage has no token that could be an answer");
    const auto place = [&](auto is_it) {
      return of.passage +
             (std::ranges::find_if(of.passage_bytes, is_it) - of.passage_bytes.begin());
    };
    const Index first =
        place([&](const Feature::Bytes& bytes) { return bytes.begin == best->span.begin; });
    const Index last =
        place([&](const Feature::Bytes& bytes) { return bytes.end == best->span.end; });
    name = "the answer from token " + std::to_string(first) + " to " + std::to_string(last);
    return {{first, 0}, {last, 1}};
  }

  [[nodiscard]] std::vector<std::pair<std::string, double>> named(
      std::span<const double> outputs) const {
    if (task == nullptr || attributor.by_token()) return {};
    if (task->kind == TaskKind::regress) return {{"number", outputs.front()}};
    const std::vector<float> logits(outputs.begin(), outputs.end());
    const Prediction said =
        task->kind == TaskKind::multilabel ? predict_labels(logits) : predict_class(logits);
    std::vector<std::pair<std::string, double>> found;
    for (std::size_t i = 0; i < labels.names().size(); ++i)
      found.emplace_back(labels.names()[i], said.outputs[i]);
    return found;
  }

  [[nodiscard]] std::string token_name(std::int32_t id) const {
    if (const std::string* name = added.name_of(id)) return *name;
    return id < tokenizer.vocabulary.size() ? tokenizer.vocabulary.token(id)
                                            : "[row " + std::to_string(id) + "]";
  }

  Attributor attributor;
  const TaskInfo* task;
  Labels labels;
  StoredTokenizer tokenizer;
  AddedTokens added;
  Wordpiece wordpiece;
  Index length;
  FeatureMaker maker;
  std::optional<TokenProposer> proposer;
};

Explainer::Explainer(const fs::path& directory, const Options& options)
    : parts_(std::make_unique<Parts>(directory, options)) {}
Explainer::~Explainer() = default;
Explainer::Explainer(Explainer&&) noexcept = default;
Explainer& Explainer::operator=(Explainer&&) noexcept = default;

const StoredHead& Explainer::head() const { return parts_->head(); }
const TaskInfo* Explainer::task() const { return parts_->task; }

Explanation Explainer::explain(const Example& example, const ExplainedTarget& target) {
  Parts& parts = *parts_;
  const bool is_passage = parts.task != nullptr && parts.task->kind == TaskKind::answer;
  const Feature feature =
      is_passage ? parts.best_window(example) : parts.features_of(example).front();
  Explanation found;
  Attribution attribution =
      parts.attributor.attribute(feature.ids, feature.types, [&](std::span<const double> outputs) {
        return parts.choose(feature, target, outputs, found.target);
      });
  found.text = example.text;
  found.text_b = example.text_b;
  for (const std::string& word : example.words)
    found.text += (found.text.empty() ? "" : " ") + word;
  found.score = attribution.score;
  found.outputs = parts.named(attribution.outputs);
  found.ids = feature.ids;
  for (const std::int32_t id : feature.ids) found.tokens.push_back(parts.token_name(id));
  found.attributions = std::move(attribution.tokens);
  if (parts.proposer) found.proposals = parts.proposer->of(feature.ids, feature.types);
  found.layers = attribution.layers;
  found.heads = attribution.heads;
  found.attention = std::move(attribution.attention);
  found.left_out = feature.cut;
  return found;
}

}  // namespace electra
