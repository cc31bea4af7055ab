#pragma once

#include <filesystem>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "electra/infer/inference_options.h"
#include "electra/infer/text_span.h"

namespace electra {

/// A word of a text and its tag.
struct TaggedWord {
  std::string word;
  std::string tag;  // empty: the word was cut off, or no token is made of it
  double probability = 0;
  TextSpan span;       // in code points of the text
  TextSpan byte_span;  // in its bytes
};

/// Words that tags mark together, such as B-LOC I-LOC.
struct TaggedSpan {
  std::string kind;    // "LOC"; empty where tags are B, I and O alone
  std::string text;    // the slice of the text
  TextSpan words;      // their numbers, half-open
  TextSpan span;       // in code points of the text
  TextSpan byte_span;  // in its bytes
};

/// What a tagger says of a text.
struct TaggedText {
  std::string text;  // as it was given; of words: these with a blank between two
  std::vector<TaggedWord> words;
  std::vector<TaggedSpan> spans;  // of BIO, IOB1 and BIOES tags, by conlleval's rules; else empty
  Index left_out = 0;             // tokens that LongText::truncate cut off
};

/// A model that was fine-tuned to tag words. Safe from any number of threads at once.
class Tagger {
 public:
  using Options = InferenceOptions;

  /// Opens a Hugging Face directory of an ElectraForTokenClassification with its tokenizer. Throws
  /// IoError for another head; Error.
  explicit Tagger(const std::filesystem::path& directory);
  Tagger(const std::filesystem::path& directory, const Options& options);
  ~Tagger();
  Tagger(Tagger&&) noexcept;
  Tagger& operator=(Tagger&&) noexcept;

  /// In the model's order.
  [[nodiscard]] const std::vector<std::string>& labels() const;

  /// A text's words are the tokenizer's: what stands between white space and marks, each mark and
  /// each Chinese character by itself. A word has the tag of its first token. Any bytes are a text;
  /// those that are not UTF-8 are left out of the tokens. Throws InputError for a text that is too
  /// long, if the options are to fail, or if an answer is not finite.
  [[nodiscard]] TaggedText tag(std::string_view text) const;
  /// One for each text, in the order given: faster than one by one, and the same but for rounding.
  /// An InputError names the text by its number, from 0; then none is answered.
  [[nodiscard]] std::vector<TaggedText> tag(std::span<const std::string> texts) const;
  [[nodiscard]] std::vector<TaggedText> tag(std::initializer_list<std::string> texts) const;

  /// Of words that are known, such as a treebank's.
  [[nodiscard]] TaggedText tag_words(std::span<const std::string> words) const;
  [[nodiscard]] TaggedText tag_words(std::initializer_list<std::string> words) const;
  /// Of many texts' words.
  [[nodiscard]] std::vector<TaggedText> tag_words(
      std::span<const std::vector<std::string>> texts) const;

 private:
  struct Parts;
  std::unique_ptr<const Parts> parts_;
};

}  // namespace electra
