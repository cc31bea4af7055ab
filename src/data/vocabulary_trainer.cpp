#include "electra/data/vocabulary_trainer.h"

#include <algorithm>
#include <queue>
#include <thread>
#include <unordered_map>
#include <unordered_set>

#include "data/unicode.h"
#include "electra/core/error.h"

namespace electra {

namespace {

using Counts = std::unordered_map<std::u32string, std::int64_t>;
using Piece = std::uint32_t;

/// Two neighbouring pieces and how often they stand side by side.
struct Pair {
  std::int64_t count = 0;
  Piece left = 0, right = 0;
};

std::uint64_t key_of(Piece left, Piece right) { return std::uint64_t{left} << 32U | right; }

std::string utf8(char32_t c) {
  std::string text;
  unicode::append_utf8(c, text);
  return text;
}

/// The most frequent characters, ties by code point.
std::unordered_set<char32_t> alphabet_of(const std::map<std::u32string, std::int64_t>& words,
                                         Index size) {
  std::map<char32_t, std::int64_t> counts;
  for (const auto& [word, count] : words)
    for (const char32_t c : word) counts[c] += count;
  std::vector<std::pair<std::int64_t, char32_t>> order;
  for (const auto& [c, count] : counts) order.emplace_back(-count, c);
  std::ranges::sort(order);
  if (static_cast<Index>(order.size()) > size) order.resize(static_cast<std::size_t>(size));
  std::unordered_set<char32_t> alphabet;
  for (const auto& [count, c] : order) alphabet.insert(c);
  return alphabet;
}

/// Words as lists of pieces, and the pairs in them, kept up to date while pairs are joined.
class Joiner {
 public:
  explicit Joiner(const std::map<std::u32string, std::int64_t>& words, Index alphabet) {
    const std::unordered_set<char32_t> kept = alphabet_of(words, alphabet);
    std::map<std::string, Piece> first_pieces;
    std::vector<std::pair<std::vector<std::string>, std::int64_t>> spelled;
    for (const auto& [word, count] : words) {
      if (!std::ranges::all_of(word, [&](char32_t c) { return kept.contains(c); })) continue;
      std::vector<std::string> letters;
      for (const char32_t c : word) {
        letters.push_back((letters.empty() ? "" : "##") + utf8(c));
        first_pieces.emplace(letters.back(), 0);
      }
      spelled.emplace_back(std::move(letters), count);
    }
    for (auto& [text, piece] : first_pieces) {
      piece = static_cast<Piece>(pieces_.size());
      pieces_.push_back(text);
    }
    for (const auto& [letters, count] : spelled) {
      std::vector<Piece> word;
      for (const std::string& letter : letters) word.push_back(first_pieces[letter]);
      words_.push_back(std::move(word));
      counts_.push_back(count);
      for (std::size_t i = 0; i + 1 < words_.back().size(); ++i)
        change(words_.back()[i], words_.back()[i + 1], count, words_.size() - 1);
    }
    for (const auto& [key, count] : pairs_) push(key, count);
  }

  [[nodiscard]] const std::vector<std::string>& pieces() const { return pieces_; }

  /// Joins the most frequent pair; false if none reaches the minimum.
  bool join(std::int64_t minimum) {
    while (!queue_.empty()) {
      const Pair top = queue_.top();
      queue_.pop();
      const std::int64_t now = pairs_[key_of(top.left, top.right)];
      if (now != top.count) continue;
      if (now < minimum) return false;
      replace(top.left, top.right, piece_of(pieces_[top.left] + pieces_[top.right].substr(2)));
      return true;
    }
    return false;
  }

 private:
  void push(std::uint64_t key, std::int64_t count) {
    if (count > 0) queue_.push({count, static_cast<Piece>(key >> 32U), static_cast<Piece>(key)});
  }

  /// The piece of this text: it may have been made of another pair before.
  Piece piece_of(const std::string& text) {
    const auto [found, added] = joined_.try_emplace(text, static_cast<Piece>(pieces_.size()));
    if (added) pieces_.push_back(text);
    return found->second;
  }

  void change(Piece left, Piece right, std::int64_t by, std::size_t word) {
    const std::uint64_t key = key_of(left, right);
    pairs_[key] += by;
    if (by > 0) where_[key].push_back(word);
    touched_.push_back(key);
  }

  void replace(Piece left, Piece right, Piece joined) {
    touched_.clear();
    std::vector<std::size_t> words = std::move(where_[key_of(left, right)]);
    where_.erase(key_of(left, right));
    std::ranges::sort(words);
    words.erase(std::unique(words.begin(), words.end()), words.end());
    for (const std::size_t w : words) replace_in(w, left, right, joined);
    pairs_.erase(key_of(left, right));
    std::ranges::sort(touched_);
    touched_.erase(std::unique(touched_.begin(), touched_.end()), touched_.end());
    for (const std::uint64_t key : touched_)
      if (const auto pair = pairs_.find(key); pair != pairs_.end()) push(key, pair->second);
  }

  void replace_in(std::size_t w, Piece left, Piece right, Piece joined) {
    std::vector<Piece>& word = words_[w];
    const std::int64_t count = counts_[w];
    std::vector<Piece> next;
    for (std::size_t i = 0; i < word.size(); ++i) {
      const bool here = i + 1 < word.size() && word[i] == left && word[i + 1] == right;
      next.push_back(here ? joined : word[i]);
      if (here) ++i;
    }
    if (next.size() == word.size()) return;
    for (std::size_t i = 0; i + 1 < word.size(); ++i) change(word[i], word[i + 1], -count, w);
    for (std::size_t i = 0; i + 1 < next.size(); ++i) change(next[i], next[i + 1], count, w);
    word = std::move(next);
  }

  struct Less {
    const std::vector<std::string>* pieces;
    bool operator()(const Pair& a, const Pair& b) const {
      if (a.count != b.count) return a.count < b.count;
      if (a.left != b.left) return (*pieces)[a.left] > (*pieces)[b.left];
      return (*pieces)[a.right] > (*pieces)[b.right];
    }
  };

  std::vector<std::string> pieces_;
  std::unordered_map<std::string, Piece> joined_;
  std::vector<std::vector<Piece>> words_;
  std::vector<std::int64_t> counts_;
  std::unordered_map<std::uint64_t, std::int64_t> pairs_;
  std::unordered_map<std::uint64_t, std::vector<std::size_t>> where_;
  std::vector<std::uint64_t> touched_;
  std::priority_queue<Pair, std::vector<Pair>, Less> queue_{Less{&pieces_}};
};

}  // namespace

VocabularyTrainer::VocabularyTrainer(const VocabularyTrainerOptions& options)
    : options_(options), words_(options.text) {}

void VocabularyTrainer::add(std::string_view line) {
  constexpr std::size_t batch_bytes = std::size_t{1} << 22;
  waiting_.emplace_back(line);
  waiting_bytes_ += line.size();
  if (waiting_bytes_ > batch_bytes) count_waiting();
}

void VocabularyTrainer::count_waiting() {
  const auto threads = static_cast<std::size_t>(std::max(options_.threads, 1));
  std::vector<Counts> counts(threads);
  const auto work = [&](std::size_t thread) {
    for (std::size_t i = thread; i < waiting_.size(); i += threads)
      for (const Word& word : words_.split(waiting_[i])) ++counts[thread][word.text];
  };
  std::vector<std::thread> team;
  for (std::size_t thread = 1; thread < threads; ++thread) team.emplace_back(work, thread);
  work(0);
  for (std::thread& thread : team) thread.join();
  for (const Counts& part : counts)
    for (const auto& [word, count] : part) counts_[word] += count;
  waiting_.clear();
  waiting_bytes_ = 0;
}

Vocabulary VocabularyTrainer::train() {
  count_waiting();
  std::vector<std::string> tokens{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"};
  const Index specials = static_cast<Index>(tokens.size());
  Joiner joiner(counts_, options_.alphabet);
  const auto found = [&] { return specials + static_cast<Index>(joiner.pieces().size()); };
  if (found() > options_.size)
    throw ConfigError("vocabulary.size: expected " + std::to_string(found()) +
                      " or more (special tokens and the alphabet), found " +
                      std::to_string(options_.size));
  while (found() < options_.size && joiner.join(options_.minimum_frequency)) {
  }
  tokens.insert(tokens.end(), joiner.pieces().begin(), joiner.pieces().end());
  return Vocabulary::from_tokens(std::move(tokens));
}

}  // namespace electra
