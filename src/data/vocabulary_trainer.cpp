#include "electra/data/vocabulary_trainer.h"

#include <algorithm>
#include <array>
#include <future>
#include <map>
#include <span>
#include <utility>

#include "data/pair_merger.h"
#include "electra/core/error.h"
#include "electra/data/unicode.h"

namespace electra {

namespace {

using Counts = std::unordered_map<std::string, std::int64_t>;

constexpr std::array<const char*, 5> special_tokens = {"[PAD]", "[UNK]", "[CLS]", "[SEP]",
                                                       "[MASK]"};
constexpr std::size_t bytes_counted_together = std::size_t{8} << 20U;

/// How often a character occurs, and whether at the beginning of a word, inside one, or both.
struct Usage {
  std::int64_t count = 0;
  bool begins = false;
  bool continues = false;

  [[nodiscard]] Index forms() const { return Index{begins} + Index{continues}; }
};

std::string_view take_character(std::string_view& text) {
  const auto bytes = static_cast<std::size_t>(decode_first(text).bytes);
  const std::string_view character = text.substr(0, bytes);
  text.remove_prefix(bytes);
  return character;
}

std::map<std::string, Usage> usage_of_characters(const Counts& words) {
  std::map<std::string, Usage> usages;
  for (const auto& [word, count] : words) {
    for (std::string_view rest = word; !rest.empty();) {
      const bool begins = rest.size() == word.size();
      Usage& usage = usages[std::string(take_character(rest))];
      usage.count += count;
      usage.begins |= begins;
      usage.continues |= !begins;
    }
  }
  return usages;
}

/// The most frequent characters, as many as the alphabet and the vocabulary have room for; those
/// that begin words first, then the continued ones, each in the order of their bytes.
std::vector<std::string> alphabet_of(const Counts& words, Index characters, Index room) {
  const std::map<std::string, Usage> usages = usage_of_characters(words);
  std::vector<std::pair<std::string, Usage>> frequent(usages.begin(), usages.end());
  std::stable_sort(frequent.begin(), frequent.end(),
                   [](const auto& a, const auto& b) { return a.second.count > b.second.count; });
  frequent.resize(std::min(frequent.size(), static_cast<std::size_t>(characters)));
  std::vector<std::string> beginnings;
  std::vector<std::string> continuations;
  for (const auto& [character, usage] : frequent) {
    if (usage.forms() > room) break;
    room -= usage.forms();
    if (usage.begins) beginnings.push_back(character);
    if (usage.continues) continuations.push_back("##" + character);
  }
  std::sort(beginnings.begin(), beginnings.end());
  std::sort(continuations.begin(), continuations.end());
  beginnings.insert(beginnings.end(), continuations.begin(), continuations.end());
  return beginnings;
}

/// Words with a character outside the alphabet are left out: the tokenizer will never cut them.
std::vector<SymbolWord> words_in_symbols(const Counts& words,
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

Counts count_words(std::span<const std::string> lines, const WordpieceOptions& options) {
  Counts counts;
  std::string key;
  for (const std::string& line : lines) {
    WordReader words(line, options);
    while (const auto word = words.next())
      if (word->characters <= options.longest_word()) ++counts[key.assign(word->text)];
  }
  return counts;
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
  require_at_least(options.alphabet, 1, "alphabet");
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

Vocabulary VocabularyTrainer::train() const {
  const Counts counts = sum(counts_, count(pending_));
  const Index room = options_.size - Index{special_tokens.size()};
  std::vector<std::string> alphabet = alphabet_of(counts, options_.alphabet, room);
  std::vector<SymbolWord> words = words_in_symbols(counts, alphabet);
  PairMerger merger(std::move(alphabet), std::move(words));
  merger.merge_until(room, options_.minimum_frequency);
  std::vector<std::string> tokens(special_tokens.begin(), special_tokens.end());
  tokens.insert(tokens.end(), merger.symbols().begin(), merger.symbols().end());
  return Vocabulary::from_tokens(std::move(tokens));
}

VocabularyTrainer::Counts VocabularyTrainer::count(const std::vector<std::string>& lines) const {
  const std::span<const std::string> all = lines;
  const auto threads = static_cast<std::size_t>(options_.threads);
  std::vector<std::future<Counts>> parts;
  for (std::size_t t = 1; t < threads; ++t) {
    const std::size_t begin = all.size() * t / threads;
    const auto part = all.subspan(begin, all.size() * (t + 1) / threads - begin);
    if (!part.empty())
      parts.push_back(std::async(std::launch::async, count_words, part, options_.text));
  }
  Counts counts = count_words(all.first(all.size() / threads), options_.text);
  for (auto& part : parts) counts = sum(std::move(counts), part.get());
  return counts;
}

VocabularyTrainer::Counts VocabularyTrainer::sum(Counts counts, const Counts& others) {
  for (const auto& [word, count] : others) counts[word] += count;
  return counts;
}

}  // namespace electra
