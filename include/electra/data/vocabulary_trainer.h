#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "electra/data/basic_tokenizer.h"
#include "electra/data/vocabulary.h"

namespace electra {

struct VocabularyTrainerOptions {
  Index size = 30522;           // entries, special tokens included
  Index minimum_frequency = 2;  // of a pair that is joined
  Index alphabet = 1000;        // characters that are kept, the most frequent ones
  int threads = 1;              // the result does not depend on it
  WordpieceOptions text;
};

/// Makes a WordPiece vocabulary: starting from characters, joins the most frequent pair of
/// neighbouring pieces again and again (byte-pair encoding, Sennrich et al., arXiv 1508.07909, as
/// Hugging Face's WordPiece trainer does), ties by the bytes of the left, then the right piece.
class VocabularyTrainer {
 public:
  explicit VocabularyTrainer(const VocabularyTrainerOptions& options);

  /// A line of text; may be called any number of times.
  void add(std::string_view line);
  /// The vocabulary: [PAD] [UNK] [CLS] [SEP] [MASK], the alphabet, then the joined pieces in the
  /// order in which they were found. It is smaller than asked for if no pair is frequent enough.
  /// Throws ConfigError if the size leaves no room for the alphabet.
  [[nodiscard]] Vocabulary train();

 private:
  void count_waiting();

  VocabularyTrainerOptions options_;
  BasicTokenizer words_;
  std::vector<std::string> waiting_;
  std::size_t waiting_bytes_ = 0;
  std::map<std::u32string, std::int64_t> counts_;
};

}  // namespace electra
