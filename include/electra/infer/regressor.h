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

/// The number that a regressor gives a text.
struct TextValue {
  double value = 0;
  Index left_out = 0;  // tokens that LongText::truncate cut off
};

/// A model that was fine-tuned to give texts, or pairs of them, a number. Safe from any number of
/// threads at once.
class Regressor {
 public:
  using Options = InferenceOptions;

  /// Opens a Hugging Face directory of an ElectraForSequenceClassification of the task regress,
  /// with its tokenizer. Throws IoError for another head; Error.
  explicit Regressor(const std::filesystem::path& directory);
  Regressor(const std::filesystem::path& directory, const Options& options);
  ~Regressor();
  Regressor(Regressor&&) noexcept;
  Regressor& operator=(Regressor&&) noexcept;

  /// Texts and errors as of Classifier::classify. In windows, the number is the mean of theirs by
  /// the tokens that each answers for.
  [[nodiscard]] TextValue regress(std::string_view text) const;
  [[nodiscard]] std::vector<TextValue> regress(std::span<const std::string> texts) const;
  [[nodiscard]] std::vector<TextValue> regress(std::initializer_list<std::string> texts) const;
  [[nodiscard]] TextValue regress(const TextPair& pair) const;
  [[nodiscard]] std::vector<TextValue> regress(std::span<const TextPair> pairs) const;
  [[nodiscard]] std::vector<TextValue> regress(std::initializer_list<TextPair> pairs) const;

 private:
  struct Parts;
  std::unique_ptr<const Parts> parts_;
};

}  // namespace electra
