#pragma once

#include <filesystem>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "electra/infer/inference_options.h"
#include "electra/infer/text_pair.h"

namespace electra {

/// A label and how probable it is.
struct Label {
  std::string name;
  double probability = 0;
};

/// What a classifier says of a text: its most probable label, and what it says of the others.
struct ClassifiedText : Label {
  std::vector<Label> labels;  // those that the text has, the most probable first: one; of a model
                              // of several labels all that are likelier than not, perhaps none
  std::vector<double> probabilities;  // of each of the classifier's labels; they sum to 1 where a
                                      // text has one label
  Index left_out = 0;                 // tokens that LongText::truncate cut off
};

/// A model that was fine-tuned to classify texts, or pairs of them, by one label or by several.
/// Safe from any number of threads at once.
class Classifier {
 public:
  using Options = InferenceOptions;

  /// Opens a Hugging Face directory of an ElectraForSequenceClassification of the task classify or
  /// multilabel, with its tokenizer. Throws IoError for another head; Error.
  explicit Classifier(const std::filesystem::path& directory);
  Classifier(const std::filesystem::path& directory, const Options& options);
  ~Classifier();
  Classifier(Classifier&&) noexcept;
  Classifier& operator=(Classifier&&) noexcept;

  /// In the model's order.
  [[nodiscard]] const std::vector<std::string>& labels() const;
  /// Whether a text may have several labels, or none.
  [[nodiscard]] bool has_several() const;

  /// Any bytes are a text; those that are not UTF-8 are left out of the tokens. Throws InputError
  /// for a text that is too long, if the options are to fail, or if an answer is not finite. In
  /// windows, what the head says is averaged by the tokens that each window answers for.
  [[nodiscard]] ClassifiedText classify(std::string_view text) const;
  /// One for each text, in the order given: faster than one by one, and the same but for rounding.
  /// An InputError names the text by its number, from 0; then none is answered.
  [[nodiscard]] std::vector<ClassifiedText> classify(std::span<const std::string> texts) const;
  [[nodiscard]] std::vector<ClassifiedText> classify(
      std::initializer_list<std::string> texts) const;

  /// Of pairs. One that is too long loses tokens of the longer text first (LongText::truncate), or
  /// is an InputError: a pair is not read in windows.
  [[nodiscard]] ClassifiedText classify(const TextPair& pair) const;
  [[nodiscard]] std::vector<ClassifiedText> classify(std::span<const TextPair> pairs) const;
  [[nodiscard]] std::vector<ClassifiedText> classify(std::initializer_list<TextPair> pairs) const;

 private:
  struct Parts;
  std::unique_ptr<const Parts> parts_;
};

}  // namespace electra
