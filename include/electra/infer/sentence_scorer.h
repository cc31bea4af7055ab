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

/// How likely a text is, to a model: comparable between texts of one model that say nearly the
/// same, as the pairs of BLiMP do.
struct SentenceScore {
  double score = 0;                  // the sum over its tokens, without [CLS] and [SEP]; nats
  std::vector<std::int32_t> ids;     // of its tokens
  std::vector<TextSpan> spans;       // in code points of the text
  std::vector<TextSpan> byte_spans;  // in its bytes
  std::vector<double> token_scores;  // 0 or less
  Index left_out = 0;                // tokens that LongText::truncate cut off
};

/// Scores texts by a generator (pseudo-log-likelihood: the log-probability of each token where it
/// alone is masked; Salazar et al. 2020) or by a discriminator (log(1 - p) of each token, p that of
/// having been replaced). Safe from any number of threads at once.
class SentenceScorer {
 public:
  using Options = InferenceOptions;
  enum class Method : std::uint8_t { generator, discriminator };

  /// Opens a Hugging Face directory of an ElectraForMaskedLM or an ElectraForPreTraining with its
  /// tokenizer; the head decides how it scores. Throws IoError for another head; Error.
  explicit SentenceScorer(const std::filesystem::path& directory);
  SentenceScorer(const std::filesystem::path& directory, const Options& options);
  ~SentenceScorer();
  SentenceScorer(SentenceScorer&&) noexcept;
  SentenceScorer& operator=(SentenceScorer&&) noexcept;

  [[nodiscard]] Method method() const;
  /// What computes: its limit, its precision.
  [[nodiscard]] const Engine& engine() const;

  /// A generator reads a text once for each of its tokens. Any bytes are a text; those that are not
  /// UTF-8 are left out of the tokens. Throws InputError for a text that is too long, if the
  /// options are to fail, or if an answer is not finite. In windows a token's score is that of the
  /// window which answers for it.
  [[nodiscard]] SentenceScore score(std::string_view text) const;
  /// One for each text, in the order given: faster than one by one, and the same but for rounding.
  /// An InputError names the text by its number, from 0; then none is answered.
  [[nodiscard]] std::vector<SentenceScore> score(std::span<const std::string> texts) const;
  [[nodiscard]] std::vector<SentenceScore> score(std::initializer_list<std::string> texts) const;

 private:
  struct Parts;
  std::unique_ptr<const Parts> parts_;
};

}  // namespace electra
