#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "electra/formats/stored_head.h"
#include "electra/infer/masked_language_model.h"
#include "electra/tasks/example.h"
#include "electra/tasks/task.h"

namespace electra {

/// What a generator says of a token that alone is masked.
struct TokenProposals {
  double probability = 0;                 // of the token that stands there
  std::vector<MaskCandidate> candidates;  // the most probable first; none for [CLS] and [SEP]
};

/// Why a model says what it says of one text, or of one window of a passage.
struct Explanation {
  std::string text, text_b;                             // as they were given
  std::string target;                                   // what the score is of: "positive"
  double score = 0;                                     // before any softmax
  std::vector<std::pair<std::string, double>> outputs;  // of classes and numbers: each with its
                                                        // probability, or its value
  std::vector<std::int32_t> ids;                        // [CLS] and [SEP] included
  std::vector<std::string> tokens;
  std::vector<double> attributions;       // of each token: gradient × input of its word vector
  std::vector<TokenProposals> proposals;  // of each token; empty without a generator
  Index layers = 0, heads = 0;
  std::vector<float> attention;  // [layers, heads, tokens, tokens]: a query's row sums to 1
  Index left_out = 0;            // tokens that were cut off at the end
};

/// What is to be explained. Nothing said: classes: the likeliest one; tags: those that were found
/// for all words, together; an answer: start and end of the best one; a discriminator: the token
/// that was replaced most probably.
struct ExplainedTarget {
  std::string label = {};           // of classes and tags
  std::optional<Index> token = {};  // of tags and a discriminator, [CLS] being 0
};

/// Explains what a fine-tuned model (of classes, numbers, tags or answers) or a discriminator says,
/// on a CPU in f32. Not safe from several threads at once.
class Explainer {
 public:
  struct Options {
    int threads = 0;                       // 0: all processors
    Index length = 0;                      // tokens of a text at most; 0: as the model was trained
    std::filesystem::path generator = {};  // whose proposals are wanted; empty: none
    Index candidates = 5;                  // of its proposals for a token
  };

  /// Throws Error for a directory that cannot be explained (Attributor), or for a generator with
  /// another vocabulary.
  Explainer(const std::filesystem::path& directory, const Options& options);
  ~Explainer();
  Explainer(Explainer&&) noexcept;
  Explainer& operator=(Explainer&&) noexcept;

  [[nodiscard]] const StoredHead& head() const;
  /// Null of a discriminator.
  [[nodiscard]] const TaskInfo* task() const;

  /// `example`: what the task asks about (text and perhaps text_b; answer: passage and question;
  /// tag: words); of a discriminator its text. Throws InputError for an example or a token that
  /// there is not, ConfigError for such a label.
  [[nodiscard]] Explanation explain(const Example& example, const ExplainedTarget& target = {});

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace electra
