#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "electra/core/shape.h"
#include "electra/data/vocabulary.h"
#include "electra/data/word_reader.h"

namespace electra {

struct VocabularyTrainerOptions {
  Index size = 30522;           ///< Tokens at most, the five special ones included.
  Index minimum_frequency = 2;  ///< A pair seen less often is not merged.
  Index alphabet = 1000;        ///< Distinct characters at most, the most frequent ones.
  int threads = 1;
  WordpieceOptions text = {};
};

/// Learns a WordPiece vocabulary by frequency: starting from single characters ("##" before those
/// inside a word), the most frequent pair of neighbours becomes a token, over and over. Among
/// equally frequent ones the one whose bytes come first is taken, so that the result depends on
/// the words and their counts alone: not on threads, on the order of lines, or on the machine.
class VocabularyTrainer {
 public:
  /// Throws ConfigError for values that cannot be.
  explicit VocabularyTrainer(VocabularyTrainerOptions options);

  /// Counts the words of a line. No word reaches across two calls.
  void add(std::string_view line);

  /// [PAD] [UNK] [CLS] [SEP] [MASK], characters, continued characters, then merges in the order in
  /// which they were made. Smaller than `size` if no pair is frequent enough.
  [[nodiscard]] Vocabulary train() const;

 private:
  using Counts = std::unordered_map<std::string, std::int64_t>;

  [[nodiscard]] Counts count(const std::vector<std::string>& lines) const;
  [[nodiscard]] static Counts sum(Counts counts, const Counts& others);

  VocabularyTrainerOptions options_;
  Counts counts_;
  std::vector<std::string> pending_;  // lines that wait to be counted by all threads at once
  std::size_t pending_bytes_ = 0;
};

}  // namespace electra
