#include "data/pair_merger.h"

#include <algorithm>
#include <span>
#include <utility>

namespace electra {

namespace {

constexpr std::string_view continuation = "##";

std::int32_t left_of(std::uint64_t key) { return static_cast<std::int32_t>(key >> 32U); }

std::int32_t right_of(std::uint64_t key) { return static_cast<std::int32_t>(key & 0xffffffffU); }

std::uint64_t key_of(std::int32_t left, std::int32_t right) {
  return (static_cast<std::uint64_t>(left) << 32U) | static_cast<std::uint32_t>(right);
}

const std::string& at(const std::vector<std::string>& symbols, std::int32_t number) {
  return symbols[static_cast<std::size_t>(number)];
}

}  // namespace

bool PairMerger::Worse::operator()(const Candidate& a, const Candidate& b) const {
  if (a.count != b.count) return a.count < b.count;
  if (left_of(a.key) != left_of(b.key))
    return at(*symbols, left_of(a.key)) > at(*symbols, left_of(b.key));
  return at(*symbols, right_of(a.key)) > at(*symbols, right_of(b.key));
}

PairMerger::PairMerger(std::vector<std::string> symbols, std::vector<SymbolWord> words,
                       StopRequest stop)
    : stop_(std::move(stop)), symbols_(std::move(symbols)), queue_(Worse{&symbols_}) {
  for (std::size_t i = 0; i < symbols_.size(); ++i)
    numbers_.emplace(symbols_[i], static_cast<std::int32_t>(i));
  words_.reserve(words.size());
  for (const auto& [spelled, count] : words) {
    stop_if(stop_);
    const auto word = static_cast<std::int32_t>(words_.size());
    words_.push_back({spelled_.size(), spelled.size(), count});
    spelled_.insert(spelled_.end(), spelled.begin(), spelled.end());
    for (std::size_t i = 0; i + 1 < spelled.size(); ++i)
      change(spelled[i], spelled[i + 1], count, word);
  }
  queue_grown();
}

void PairMerger::merge_until(Index size, std::int64_t minimum) {
  while (static_cast<Index>(symbols_.size()) < size && !queue_.empty()) {
    stop_if(stop_);
    const Candidate best = queue_.top();
    if (best.count < minimum) return;
    queue_.pop();
    const std::uint32_t pair = pairs_.number_of(best.key);
    const std::int64_t count = pairs_[pair].count;
    if (count == best.count)
      merge(pair);
    else if (count > 0 && count < best.count)
      queue_.push({count, best.key});
  }
}

void PairMerger::merge(std::uint32_t pair) {
  const Key key = pairs_[pair].key;
  std::vector<std::int32_t> words = std::move(pairs_[pair].words);
  std::sort(words.begin(), words.end());
  words.erase(std::unique(words.begin(), words.end()), words.end());
  const std::int32_t merged = symbol_of(key);
  ++merges_;
  for (const std::int32_t word : words) merge_in(word, key, merged);
  pairs_[pair] = {.key = key};
  queue_grown();
}

void PairMerger::queue_grown() {
  for (const std::uint32_t number : grown_) {
    const PairTable::Pair& pair = pairs_[number];
    if (pair.count > 0) queue_.push({pair.count, pair.key});
  }
  grown_.clear();
}

void PairMerger::merge_in(std::int32_t word, Key key, std::int32_t merged) {
  auto& [begin, length, count] = words_[static_cast<std::size_t>(word)];
  const std::span<std::int32_t> symbols = std::span(spelled_).subspan(begin, length);
  const std::int32_t left = left_of(key);
  const std::int32_t right = right_of(key);
  std::size_t kept = 0;
  for (std::size_t i = 0; i < symbols.size(); ++i) {
    if (i + 1 == symbols.size() || symbols[i] != left || symbols[i + 1] != right) {
      symbols[kept++] = symbols[i];
      continue;
    }
    if (kept > 0) {
      change(symbols[kept - 1], left, -count, word);
      change(symbols[kept - 1], merged, count, word);
    }
    if (i + 2 < symbols.size()) {
      change(right, symbols[i + 2], -count, word);
      change(merged, symbols[i + 2], count, word);
    }
    symbols[kept++] = merged;
    ++i;
  }
  length = kept;
}

void PairMerger::change(std::int32_t left, std::int32_t right, std::int64_t by, std::int32_t word) {
  const std::uint32_t number = pairs_.number_of(key_of(left, right));
  PairTable::Pair& pair = pairs_[number];
  pair.count += by;
  if (by < 0) return;
  if (pair.words.empty() || pair.words.back() != word) pair.words.push_back(word);
  if (std::exchange(pair.grown_in, merges_) != merges_) grown_.push_back(number);
}

// Two different pairs may spell the same token, which then is one symbol.
std::int32_t PairMerger::symbol_of(Key key) {
  std::string_view right = at(symbols_, right_of(key));
  if (right.substr(0, continuation.size()) == continuation)
    right.remove_prefix(continuation.size());
  std::string token = at(symbols_, left_of(key));
  token += right;
  const auto number = static_cast<std::int32_t>(symbols_.size());
  const auto [entry, is_new] = numbers_.emplace(token, number);
  if (is_new) symbols_.push_back(std::move(token));
  return entry->second;
}

}  // namespace electra
