#include "electra/data/vocabulary_trainer.h"

#include <algorithm>
#include <array>
#include <future>
#include <utility>

#include "data/alphabet.h"
#include "data/pair_merger.h"
#include "electra/core/error.h"
#include "electra/core/range.h"

namespace electra {

namespace {

constexpr std::array<const char*, 5> special_tokens = {"[PAD]", "[UNK]", "[CLS]", "[SEP]",
                                                       "[MASK]"};
constexpr std::size_t bytes_counted_together = std::size_t{8} << 20U;

/// Words with a character outside the alphabet are left out: the tokenizer will never cut them.
std::vector<SymbolWord> words_in_symbols(const WordCounts& words,
                                         const std::vector<std::string>& symbols) {
  std::unordered_map<std::string, std::int32_t> numbers;
  for (std::size_t i = 0; i < symbols.size(); ++i)
    numbers.emplace(symbols[i], static_cast<std::int32_t>(i));
  std::vector<SymbolWord> result;
  for (const auto& [word, count] : words) {
    SymbolWord spelled{{}, count};
    bool complete = true;
    for (std::string_view rest = word; complete && !rest.empty();) {
      const std::string prefix = rest.size() == word.size() ? "" : "##";
      const auto found = numbers.find(prefix + std::string(take_character(rest)));
      complete = found != numbers.end();
      if (complete) spelled.symbols.push_back(found->second);
    }
    if (complete) result.push_back(std::move(spelled));
  }
  return result;
}

/// The special tokens, the alphabet, and merges of it up to this size.
std::vector<std::string> merge_pairs(const WordCounts& words, std::vector<std::string> alphabet,
                                     Index size, Index minimum_frequency) {
  std::vector<SymbolWord> symbols = words_in_symbols(words, alphabet);
  PairMerger merger(std::move(alphabet), std::move(symbols));
  merger.merge_until(size - Index{special_tokens.size()}, minimum_frequency);
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

VocabularyTrainer::VocabularyTrainer(VocabularyTrainerOptions options) : options_(options) {
  require_at_least(options.size, special_tokens.size() + 1, "size");
  require_at_least(options.minimum_frequency, 1, "minimum_frequency");
  require_at_least(options.limit_alphabet, 0, "limit_alphabet");
  check_range("vocabulary trainer: character_coverage", options.character_coverage, from(0).to(1));
  require_at_least(options.threads, 1, "threads");
}

void VocabularyTrainer::add(std::string_view line) {
  pending_.emplace_back(line);
  pending_bytes_ += line.size();
  if (pending_bytes_ < bytes_counted_together) return;
  counts_ = sum(std::move(counts_), count(pending_));
  pending_.clear();
  pending_bytes_ = 0;
}

TrainedVocabulary VocabularyTrainer::train() const {
  const Counts counts = sum(counts_, count(pending_));
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
      merge_pairs(counts.words, spelled(usable.first(kept)), size, options_.minimum_frequency);
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

VocabularyTrainer::Counts VocabularyTrainer::count_part(std::span<const std::string> lines,
                                                        const WordpieceOptions& options) {
  Counts counts;
  counts.lengths.longest_word = options.longest_word();
  std::string key;
  for (const std::string& line : lines) {
    WordReader words(line, options);
    while (const auto word = words.next()) {
      counts.lengths.count_word(word->characters);
      if (word->characters <= options.longest_word()) ++counts.words[key.assign(word->text)];
    }
  }
  return counts;
}

VocabularyTrainer::Counts VocabularyTrainer::count(const std::vector<std::string>& lines) const {
  const std::span<const std::string> all = lines;
  const auto threads = static_cast<std::size_t>(options_.threads);
  std::vector<std::future<Counts>> parts;
  for (std::size_t t = 1; t < threads; ++t) {
    const std::size_t begin = all.size() * t / threads;
    const auto part = all.subspan(begin, all.size() * (t + 1) / threads - begin);
    if (!part.empty())
      parts.push_back(std::async(std::launch::async, count_part, part, options_.text));
  }
  Counts counts = count_part(all.first(all.size() / threads), options_.text);
  for (auto& part : parts) counts = sum(std::move(counts), part.get());
  return counts;
}

VocabularyTrainer::Counts VocabularyTrainer::sum(Counts counts, const Counts& others) {
  for (const auto& [word, count] : others.words) counts.words[word] += count;
  counts.lengths += others.lengths;
  return counts;
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
