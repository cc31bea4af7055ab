#include "electra/infer/classifier.h"

#include <algorithm>
#include <array>

#include "electra/tasks/prediction.h"
#include "infer/head_check.h"
#include "infer/text_outputs.h"

namespace electra {

namespace {

constexpr std::array<std::string_view, 2> opened{"classify", "multilabel"};

}  // namespace

struct Classifier::Parts {
  TaskModel model;

  [[nodiscard]] bool has_several() const { return model.task().kind == TaskKind::multilabel; }

  [[nodiscard]] ClassifiedText of(const TextOutput& output) const {
    ClassifiedText found;
    found.left_out = output.left_out;
    found.probabilities = has_several() ? predict_labels(output.values).outputs
                                        : predict_class(output.values).outputs;
    const std::vector<std::string>& names = model.labels().names();
    const auto best = std::ranges::max_element(found.probabilities) - found.probabilities.begin();
    for (std::size_t i = 0; i < names.size(); ++i) {
      const Label label{names[i], found.probabilities[i]};
      const bool is_best = static_cast<std::ptrdiff_t>(i) == best;
      if (is_best) static_cast<Label&>(found) = label;
      if (has_several() ? label.probability > 0.5 : is_best) found.labels.push_back(label);
    }
    std::ranges::stable_sort(found.labels, std::ranges::greater(), &Label::probability);
    return found;
  }

  [[nodiscard]] std::vector<ClassifiedText> of(std::span<const TextOutput> outputs) const {
    std::vector<ClassifiedText> found;
    for (const TextOutput& output : outputs) found.push_back(of(output));
    return found;
  }
};

Classifier::Classifier(const std::filesystem::path& directory) : Classifier(directory, Options{}) {}
Classifier::Classifier(const std::filesystem::path& directory, const Options& options)
    : parts_(new Parts{TaskModel(directory, head_for(directory, "Classifier", opened), options)}) {}
Classifier::~Classifier() = default;
Classifier::Classifier(Classifier&&) noexcept = default;
Classifier& Classifier::operator=(Classifier&&) noexcept = default;

const std::vector<std::string>& Classifier::labels() const {
  return parts_->model.labels().names();
}
bool Classifier::has_several() const { return parts_->has_several(); }

ClassifiedText Classifier::classify(std::string_view text) const {
  return parts_->of(outputs_of(TextCall(parts_->model.reading(), text)).front());
}

std::vector<ClassifiedText> Classifier::classify(std::span<const std::string> texts) const {
  return parts_->of(outputs_of(TextCall(parts_->model.reading(), texts)));
}

std::vector<ClassifiedText> Classifier::classify(std::initializer_list<std::string> texts) const {
  return classify(std::span(texts.begin(), texts.size()));
}

ClassifiedText Classifier::classify(const TextPair& pair) const {
  return parts_->of(
      outputs_of(parts_->model, {&pair, 1}, [](std::size_t) { return "the pair"; }).front());
}

std::vector<ClassifiedText> Classifier::classify(std::span<const TextPair> pairs) const {
  return parts_->of(outputs_of(parts_->model, pairs, pair_name));
}

std::vector<ClassifiedText> Classifier::classify(std::initializer_list<TextPair> pairs) const {
  return classify(std::span(pairs.begin(), pairs.size()));
}

}  // namespace electra
