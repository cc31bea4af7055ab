#pragma once

#include <filesystem>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "electra/infer/engine.h"
#include "electra/infer/inference_options.h"
#include "electra/infer/text_span.h"

namespace electra {

/// What a discriminator says of a text: one entry a token, [CLS] and [SEP] included.
struct Detection {
  using Span = TextSpan;  // empty for [CLS] and [SEP]
  std::string text;       // as it was given
  std::vector<std::int32_t> ids;
  std::vector<std::string> tokens;
  std::vector<Span> spans;            // in code points; a byte that is not UTF-8 counts as one
  std::vector<Span> byte_spans;       // the same in bytes
  std::vector<double> probabilities;  // of having been replaced
  Index left_out = 0;                 // tokens at the end that LongText::truncate cut off
};

/// A trained or imported discriminator in an application: text in, a probability for each token
/// out. Safe from any number of threads at once.
class Detector {
 public:
  using Options = InferenceOptions;

  /// Opens a Hugging Face directory of an ElectraForPreTraining with its tokenizer. Throws Error.
  explicit Detector(const std::filesystem::path& directory);
  Detector(const std::filesystem::path& directory, const Options& options);
  ~Detector();
  Detector(Detector&&) noexcept;
  Detector& operator=(Detector&&) noexcept;

  /// What computes: its limit, its precision.
  [[nodiscard]] const Engine& engine() const { return *engine_; }

  /// Any bytes are a text; those that are not UTF-8 are left out of the tokens. Throws InputError
  /// if it has more tokens than the options, else the directory's files, else the model's positions
  /// allow, unless the options say what to do then, or if an answer is not finite, as weights that
  /// are far too large make them.
  [[nodiscard]] Detection detect(std::string_view text) const;
  /// One for each text, in the order given: faster than one by one. The probabilities are those of
  /// one by one but for rounding. An InputError names the text by its number, from 0.
  [[nodiscard]] std::vector<Detection> detect(std::span<const std::string> texts) const;
  [[nodiscard]] std::vector<Detection> detect(std::initializer_list<std::string> texts) const;

 private:
  std::unique_ptr<const Engine> engine_;
  LongText length_ = LongText::fail;
};

}  // namespace electra
