#pragma once

#include <cstdint>
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

/// A token that may stand in the place of a [MASK].
struct MaskCandidate {
  std::int32_t id = 0;
  std::string token;       // a piece that goes on with a word begins with "##"
  double probability = 0;  // among all tokens
};

/// What may stand in the place of one [MASK].
struct FilledMask {
  TextSpan span;                          // of the [MASK], in code points of the text
  TextSpan byte_span;                     // in its bytes
  std::vector<MaskCandidate> candidates;  // the most probable first; of equals the lower id
};

/// What a masked-language model says of a text.
struct FilledText {
  std::string text;               // as it was given
  std::vector<FilledMask> masks;  // in order; none for a text without [MASK]
  Index left_out = 0;             // tokens that LongText::truncate cut off
};

/// A generator, or any other masked-language model: says what may stand where a text has [MASK].
/// Safe from any number of threads at once.
class MaskedLanguageModel {
 public:
  using Options = InferenceOptions;

  /// Opens a Hugging Face directory of an ElectraForMaskedLM with its tokenizer. Throws IoError for
  /// another head; ConfigError for options that leave [MASK] in texts unmatched; Error.
  explicit MaskedLanguageModel(const std::filesystem::path& directory);
  MaskedLanguageModel(const std::filesystem::path& directory, const Options& options);
  ~MaskedLanguageModel();
  MaskedLanguageModel(MaskedLanguageModel&&) noexcept;
  MaskedLanguageModel& operator=(MaskedLanguageModel&&) noexcept;

  /// What computes: its limit, its precision.
  [[nodiscard]] const Engine& engine() const { return *engine_; }

  /// `most`: candidates for each mask. Any bytes are a text; those that are not UTF-8 are left out
  /// of the tokens. Throws InputError for a text that is too long, if the options are to fail, or
  /// if what the model says of a mask is not finite.
  [[nodiscard]] FilledText fill(std::string_view text, Index most = 5) const;
  /// One for each text, in the order given: faster than one by one, and the same but for rounding.
  /// An InputError names the text by its number, from 0; then none is answered.
  [[nodiscard]] std::vector<FilledText> fill(std::span<const std::string> texts,
                                             Index most = 5) const;
  [[nodiscard]] std::vector<FilledText> fill(std::initializer_list<std::string> texts,
                                             Index most = 5) const;

 private:
  std::unique_ptr<const Engine> engine_;
  LongText length_ = LongText::fail;
};

}  // namespace electra
