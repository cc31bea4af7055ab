#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "electra/core/interruption.h"
#include "electra/core/shape.h"
#include "electra/data/corpus.h"
#include "electra/data/unknown_tokens.h"
#include "electra/data/vocabulary.h"
#include "electra/data/word_reader.h"

namespace electra {

struct VocabularyTrainerOptions {
  Index size = 30522;                  ///< Tokens at most, the five special ones included.
  Index minimum_frequency = 2;         ///< A pair seen less often is not merged.
  double character_coverage = 0.9995;  ///< Share of the text's characters that the alphabet must
                                       ///< cover; rarer characters are kept where there is room.
  Index limit_alphabet = 0;  ///< Distinct characters at most, the most frequent ones; 0: no limit.
  bool grow = false;  ///< A size too small for the alphabet grows to it and `room_for_pairs`.
  int threads = 1;    ///< That share the lines of a corpus.
  WordpieceOptions text = {};
  StopRequest stop = {};  ///< Asked all the time; Interrupted is thrown then.

  static constexpr Index room_for_pairs = 2000;
};

/// A vocabulary, and what its training found out about the text.
struct TrainedVocabulary {
  Vocabulary vocabulary;
  Index size_wanted = 0;       ///< VocabularyTrainerOptions::size
  Index size_allowed = 0;      ///< the same, or what it grew to
  Index alphabet_entries = 0;  ///< "c" and "##c", of characters that must be covered
  Index characters = 0;        ///< distinct ones of the text
  Index characters_kept = 0;
};

/// Lines for the user: that the size grew, or that characters were left out. None in most runs.
[[nodiscard]] std::vector<std::string> describe(const TrainedVocabulary& trained);

/// Learns a WordPiece vocabulary by frequency: starting from single characters ("##" before those
/// inside a word), the most frequent pair of neighbours becomes a token, over and over. Among
/// equally frequent ones the one whose bytes come first is taken, so that the result depends on
/// the words and their counts alone: not on threads, on the order of lines, or on the machine.
class VocabularyTrainer {
 public:
  /// Throws ConfigError for values that cannot be.
  explicit VocabularyTrainer(VocabularyTrainerOptions options);
  ~VocabularyTrainer();
  VocabularyTrainer(VocabularyTrainer&& other) noexcept;
  VocabularyTrainer& operator=(VocabularyTrainer&& other) noexcept;

  /// Counts the words of a line. No word reaches across two calls.
  void add(std::string_view line);
  /// Counts those of all that is left of a corpus.
  void add(CorpusReader& corpus);

  /// [PAD] [UNK] [CLS] [SEP] [MASK], characters, continued characters, then merges in the order in
  /// which they were made, then rarer characters where merges leave room. An alphabet takes at most
  /// half of the entries unless `character_coverage` asks for more. Smaller than `size` if no pair
  /// is frequent enough. Throws ConfigError, with the least that works, for a size that the
  /// alphabet does not fit into, and for a text of which every word is too long.
  [[nodiscard]] TrainedVocabulary train() const;

 private:
  struct Counts;

  void count(std::string_view line, Counts& counts) const;
  [[nodiscard]] Index size_for(Index alphabet_entries) const;

  VocabularyTrainerOptions options_;
  std::unique_ptr<Counts> counts_;
};

}  // namespace electra
