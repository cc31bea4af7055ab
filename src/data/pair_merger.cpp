#include "data/pair_merger.h"

#include <algorithm>
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
    : stop_(std::move(stop)),
      symbols_(std::move(symbols)),
      words_(std::move(words)),
      queue_(Worse{&symbols_}) {
  for (std::size_t i = 0; i < symbols_.size(); ++i)
    numbers_.emplace(symbols_[i], static_cast<std::int32_t>(i));
  for (std::size_t w = 0; w < words_.size(); ++w) {
    stop_if(stop_);
    for (std::size_t i = 0; i + 1 < words_[w].symbols.size(); ++i)
      change(words_[w].symbols[i], words_[w].symbols[i + 1], words_[w].count,
             static_cast<std::int32_t>(w));
  }
  grown_.clear();
  for (const auto& [key, pair] : pairs_) queue_.push({pair.count, key});
}

void PairMerger::merge_until(Index size, std::int64_t minimum) {
  while (static_cast<Index>(symbols_.size()) < size && !queue_.empty()) {
    stop_if(stop_);
    const Candidate best = queue_.top();
    if (best.count < minimum) return;
    queue_.pop();
    const auto found = pairs_.find(best.key);
    if (found == pairs_.end()) continue;
    if (found->second.count == best.count)
      merge(best.key);
    else if (found->second.count < best.count)
      queue_.push({found->second.count, best.key});
  }
}

void PairMerger::merge(Key key) {
  const auto node = pairs_.extract(key);
  std::vector<std::int32_t> words = std::move(node.mapped().words);
  std::sort(words.begin(), words.end());
  words.erase(std::unique(words.begin(), words.end()), words.end());
  const std::int32_t merged = symbol_of(key);
  grown_.clear();
  for (const std::int32_t word : words) merge_in(word, key, merged);
  pairs_.erase(key);
  std::sort(grown_.begin(), grown_.end());
  grown_.erase(std::unique(grown_.begin(), grown_.end()), grown_.end());
  for (const Key pair : grown_)
    if (const auto found = pairs_.find(pair); found != pairs_.end())
      queue_.push({found->second.count, pair});
}

void PairMerger::merge_in(std::int32_t word, Key key, std::int32_t merged) {
  auto& [symbols, count] = words_[static_cast<std::size_t>(word)];
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
  symbols.resize(kept);
}

void PairMerger::change(std::int32_t left, std::int32_t right, std::int64_t by, std::int32_t word) {
  Pair& pair = pairs_[key_of(left, right)];
  pair.count += by;
  if (by < 0) return;
  if (pair.words.empty() || pair.words.back() != word) pair.words.push_back(word);
  grown_.push_back(key_of(left, right));
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
