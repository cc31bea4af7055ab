#include "electra/infer/question_answerer.h"

#include <algorithm>
#include <array>

#include "electra/core/range.h"
#include "electra/data/unicode.h"
#include "infer/head_check.h"
#include "infer/task_model.h"

namespace electra {

namespace {

constexpr std::array<std::string_view, 1> opened{"answer"};

Examples examples_of(std::span<const Question> questions) {
  Examples examples;
  for (const Question& question : questions) {
    Example& example = examples.rows.emplace_back();
    example.text = question.passage;
    example.text_b = question.question;
  }
  return examples;
}

/// The passages' first windows alone.
std::vector<Feature> first_windows(std::vector<Feature> features) {
  std::vector<Feature> first;
  for (Feature& feature : features)
    if (first.empty() || first.back().example != feature.example)
      first.push_back(std::move(feature));
  return first;
}

/// Spans of a passage as slices of it, in code points too.
class PassageSlices {
 public:
  explicit PassageSlices(std::string_view passage)
      : passage_(passage), starts_(character_starts(passage)) {}

  [[nodiscard]] AnswerSpan operator()(Feature::Bytes bytes, double score) const {
    return {.text = std::string(passage_.substr(static_cast<std::size_t>(bytes.begin),
                                                static_cast<std::size_t>(bytes.end - bytes.begin))),
            .span = {character(bytes.begin), character(bytes.end)},
            .byte_span = {bytes.begin, bytes.end},
            .score = score};
  }

 private:
  [[nodiscard]] Index character(Index byte) const {
    return std::ranges::lower_bound(starts_, byte) - starts_.begin();
  }

  std::string_view passage_;
  std::vector<Index> starts_;
};

}  // namespace

struct QuestionAnswerer::Parts {
  TaskModel model;

  [[nodiscard]] Answer answer_to(const std::string& passage, std::span<const WindowLogits> windows,
                                 Index most) const {
    const Prediction prediction = predict_answer(passage, windows, model.answers());
    const PassageSlices slices(passage);
    Answer answer;
    answer.best = slices(prediction.span, prediction.score);
    answer.is_there = prediction.span.end > prediction.span.begin;
    answer.null_score = prediction.null_score;
    for (const AnswerCandidate& each : best_answers(windows, model.answers(), most))
      answer.answers.push_back(slices(each.span, each.score));
    if (model.reading().length == LongText::truncate)
      answer.left_out = std::ssize(model.engine().wordpiece().encode(passage)) -
                        std::ssize(windows.front().feature->passage_bytes);
    return answer;
  }

  [[nodiscard]] std::vector<Answer> answer(std::span<const Question> questions, Index most,
                                           const TaskModel::NameOf& name_of) const {
    check_range("answers", most, from(0));
    std::vector<Feature> features = model.features_of(examples_of(questions), name_of);
    if (model.reading().length == LongText::truncate) features = first_windows(std::move(features));
    const std::vector<FeatureOutput> outputs = model.outputs_of(features, name_of);
    std::vector<std::vector<WindowLogits>> windows(questions.size());
    for (std::size_t i = 0; i < features.size(); ++i)
      windows[features[i].example].push_back({&features[i], outputs[i]});
    std::vector<Answer> answers;
    for (std::size_t i = 0; i < questions.size(); ++i)
      answers.push_back(answer_to(questions[i].passage, windows[i], most));
    return answers;
  }
};

QuestionAnswerer::QuestionAnswerer(const std::filesystem::path& directory)
    : QuestionAnswerer(directory, Options{}) {}
QuestionAnswerer::QuestionAnswerer(const std::filesystem::path& directory, const Options& options)
    : parts_(new Parts{
          TaskModel(directory, head_for(directory, "QuestionAnswerer", opened), options)}) {}
QuestionAnswerer::~QuestionAnswerer() = default;
QuestionAnswerer::QuestionAnswerer(QuestionAnswerer&&) noexcept = default;
QuestionAnswerer& QuestionAnswerer::operator=(QuestionAnswerer&&) noexcept = default;

const Engine& QuestionAnswerer::engine() const { return parts_->model.engine(); }

Answer QuestionAnswerer::answer(const Question& question, Index most) const {
  const auto name_of = [](std::size_t) { return "the question"; };
  return std::move(parts_->answer({&question, 1}, most, name_of).front());
}

std::vector<Answer> QuestionAnswerer::answer(std::span<const Question> questions,
                                             Index most) const {
  const auto name_of = [](std::size_t i) { return "question " + std::to_string(i); };
  return parts_->answer(questions, most, name_of);
}

std::vector<Answer> QuestionAnswerer::answer(std::initializer_list<Question> questions,
                                             Index most) const {
  return answer(std::span(questions.begin(), questions.size()), most);
}

Answer QuestionAnswerer::answer(std::string_view question, std::string_view passage,
                                Index most) const {
  return answer(Question{std::string(question), std::string(passage)}, most);
}

}  // namespace electra
