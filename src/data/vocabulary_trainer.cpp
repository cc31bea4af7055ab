#include "electra/data/vocabulary_trainer.h"

#include <algorithm>
#include <array>
#include <utility>

#include "data/alphabet.h"
#include "data/each_word.h"
#include "data/line_batches.h"
#include "data/pair_merger.h"
#include "electra/core/error.h"
#include "electra/core/range.h"
#include "electra/data/unicode.h"

namespace electra {

namespace {

constexpr std::array<const char*, 5> special_tokens = {"[PAD]", "[UNK]", "[CLS]", "[SEP]",
                                                       "[MASK]"};

/// The numbers of symbols that are single characters, by code point.
class CharacterNumbers {
 public:
  explicit CharacterNumbers(const std::vector<std::string>& symbols) {
    for (std::size_t i = 0; i < symbols.size(); ++i) add(symbols[i], static_cast<std::int32_t>(i));
  }
  /// -1: there is none.
  [[nodiscard]] std::int32_t of(char32_t code, bool begins) const {
    if (code >= numbers_.size()) return -1;
    return begins ? numbers_[code].begins : numbers_[code].continues;
  }

 private:
  struct Numbers {
    std::int32_t begins = -1, continues = -1;
  };

  void add(std::string_view symbol, std::int32_t number) {
    const bool continues = symbol.size() > 2 && symbol.starts_with("##");
    const char32_t code = decode_first(continues ? symbol.substr(2) : symbol).code;
    if (code >= numbers_.size()) numbers_.resize(std::size_t{code} + 1);
    (continues ? numbers_[code].continues : numbers_[code].begins) = number;
  }

  std::vector<Numbers> numbers_;
};

/// Words with a character outside the alphabet are left out: the tokenizer will never cut them.
std::vector<SymbolWord> words_in_symbols(const WordCounts& words,
                                         const std::vector<std::string>& symbols,
                                         const StopRequest& stop) {
  const CharacterNumbers numbers(symbols);
  std::vector<SymbolWord> result;
  result.reserve(words.entries().size());
  std::vector<std::int32_t> spelled;
  for (const auto& [word, count] : words.entries()) {
    stop_if(stop);
    spelled.clear();
    std::int32_t number = 0;
    for (std::string_view rest = word; number >= 0 && !rest.empty();) {
      const Decoded character = decode_first(rest);
      number = numbers.of(character.code, rest.size() == word.size());
      rest.remove_prefix(static_cast<std::size_t>(character.bytes));
      spelled.push_back(number);
    }
    if (number >= 0) result.push_back({spelled, count});
  }
  return result;
}

/// The special tokens, the alphabet, and merges of it up to this size.
std::vector<std::string> merge_pairs(const WordCounts& words, std::vector<std::string> alphabet,
                                     Index size, const VocabularyTrainerOptions& options) {
  std::vector<SymbolWord> symbols = words_in_symbols(words, alphabet, options.stop);
  PairMerger merger(std::move(alphabet), std::move(symbols), options.stop);
  merger.merge_until(size - Index{special_tokens.size()}, options.minimum_frequency);
  std::vector<std::string> tokens(special_tokens.begin(), special_tokens.end());
  tokens.insert(tokens.end(), merger.symbols().begin(), merger.symbols().end());
  return tokens;
}

void require_at_least(Index found, Index least, const char* name) {
  if (found < least)
    throw ConfigError(std::string("vocabulary trainer: ") + name + " must be at least " +
                      std::to_string(least) + ", not " + std::to_string(found));
}

}  // namespace

struct VocabularyTrainer::Counts {
  WordCounts words;  // those that are not too long
  UnknownTokens lengths;

  Counts& operator+=(Counts&& part) {
    if (words.empty())
      words = std::move(part.words);
    else
      words += part.words;
    lengths += part.lengths;
    return *this;
  }
};

VocabularyTrainer::VocabularyTrainer(VocabularyTrainerOptions options)
    : options_(std::move(options)), counts_(std::make_unique<Counts>()) {
  require_at_least(options_.size, special_tokens.size() + 1, "size");
  require_at_least(options_.minimum_frequency, 1, "minimum_frequency");
  require_at_least(options_.limit_alphabet, 0, "limit_alphabet");
  check_range("vocabulary trainer: character_coverage", options_.character_coverage, from(0).to(1));
  require_at_least(options_.threads, 1, "threads");
}

VocabularyTrainer::~VocabularyTrainer() = default;
VocabularyTrainer::VocabularyTrainer(VocabularyTrainer&& other) noexcept = default;
VocabularyTrainer& VocabularyTrainer::operator=(VocabularyTrainer&& other) noexcept = default;

void VocabularyTrainer::count(std::string_view line, Counts& counts) const {
  stop_if(options_.stop);
  const Index longest = counts.lengths.longest_word = options_.text.longest_word();
  (void)each_word(line, options_.text, [&](std::string_view word, Index characters) {
    counts.lengths.count_word(characters);
    if (characters <= longest) counts.words.add(word);
  });
}

void VocabularyTrainer::add(std::string_view line) { count(line, *counts_); }

void VocabularyTrainer::add(CorpusReader& corpus) {
  std::vector<Counts> parts(static_cast<std::size_t>(options_.threads));
  each_batch(
      corpus, options_.threads,
      [&](std::size_t thread, const LineBatch& batch) {
        for (std::size_t i = 0; i < batch.size(); ++i) count(batch.line(i).text, parts[thread]);
      },
      [](std::size_t, const LineBatch&) {});
  for (Counts& part : parts) *counts_ += std::exchange(part, {});
}

TrainedVocabulary VocabularyTrainer::train() const {
  const Counts& counts = *counts_;
  if (counts.words.empty() && counts.lengths.long_words > 0)
    throw ConfigError(describe_long_words(counts.lengths));
  const std::vector<CharacterUsage> all = usage_of_characters(counts.words);
  const auto usable = std::span(all).first(required_characters(all, 1, options_.limit_alphabet));
  const std::size_t required =
      required_characters(all, options_.character_coverage, options_.limit_alphabet);
  const Index entries = entries_of(usable.first(required));
  const Index size = size_for(entries);
  const Index most = std::min(size / 2, size - Index{special_tokens.size()});
  const std::size_t kept = take_more(usable, required, most);
  std::vector<std::string> tokens =
      merge_pairs(counts.words, spelled(usable.first(kept)), size, options_);
  const std::size_t more = take_more(usable.subspan(kept), 0, size - std::ssize(tokens));
  const std::vector<std::string> rarer = spelled(usable.subspan(kept, more));
  tokens.insert(tokens.end(), rarer.begin(), rarer.end());
  return {.vocabulary = Vocabulary::from_tokens(std::move(tokens)),
          .size_wanted = options_.size,
          .size_allowed = size,
          .alphabet_entries = entries,
          .characters = std::ssize(all),
          .characters_kept = static_cast<Index>(kept + more)};
}

Index VocabularyTrainer::size_for(Index alphabet_entries) const {
  const Index least = alphabet_entries + Index{special_tokens.size()};
  if (least <= options_.size) return options_.size;
  if (options_.grow) return alphabet_entries + VocabularyTrainerOptions::room_for_pairs;
  refuse_value(
      "vocabulary.size",
      "at least " + std::to_string(least) + ", the text's alphabet and the five special tokens",
      std::to_string(options_.size) +
          "; or set vocabulary.grow=true, vocabulary.limit_alphabet or "
          "vocabulary.character_coverage");
}

std::vector<std::string> describe(const TrainedVocabulary& trained) {
  std::vector<std::string> lines;
  if (trained.size_allowed > trained.size_wanted)
    lines.push_back("vocabulary.size: grown from " + std::to_string(trained.size_wanted) + " to " +
                    std::to_string(trained.size_allowed) + ": the text's alphabet takes " +
                    std::to_string(trained.alphabet_entries) +
                    " entries (vocabulary.grow=false refuses instead)");
  if (trained.characters_kept < trained.characters)
    lines.push_back("the vocabulary has the most frequent " +
                    std::to_string(trained.characters_kept) + " of the text's " +
                    std::to_string(trained.characters) + " characters");
  return lines;
}

}  // namespace electra
