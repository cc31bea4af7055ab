#include "data/word_counts.h"

#include <algorithm>
#include <limits>

#include "data/text_hash.h"
#include "electra/core/error.h"

namespace electra {
namespace {

constexpr std::size_t block_bytes = std::size_t{1} << 18U;
constexpr std::size_t first_slots = 1024;

std::uint32_t tag_of(std::uint64_t hash) { return static_cast<std::uint32_t>(hash >> 32U); }

}  // namespace

WordCounts::WordCounts(std::initializer_list<Entry> entries) {
  for (const auto& [word, count] : entries) add(word, count);
}

void WordCounts::add(std::string_view word, std::int64_t count) {
  if (entries_.size() * 2 >= slots_.size()) grow();
  const std::uint64_t hash = hash_of_text(word);
  const std::uint32_t tag = tag_of(hash);
  const std::size_t last = slots_.size() - 1;
  std::size_t i = hash & last;
  for (; slots_[i].entry != 0; i = (i + 1) & last) {
    if (slots_[i].tag != tag) continue;
    Entry& entry = entries_[slots_[i].entry - 1];
    if (!is_same_text(entry.word, word)) continue;
    entry.count += count;
    return;
  }
  entries_.push_back({keep(word), count});
  slots_[i] = {tag, static_cast<std::uint32_t>(entries_.size())};
}

WordCounts& WordCounts::operator+=(const WordCounts& others) {
  for (const auto& [word, count] : others.entries_) add(word, count);
  return *this;
}

std::string_view WordCounts::keep(std::string_view word) {
  if (word.size() > left_) {
    left_ = std::max(block_bytes, word.size());
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(left_));
    next_ = blocks_.back().get();
  }
  char* const text = next_;
  std::ranges::copy(word, text);
  next_ += word.size();
  left_ -= word.size();
  return {text, word.size()};
}

void WordCounts::grow() {
  if (entries_.size() >= std::numeric_limits<std::uint32_t>::max())
    throw Error("vocabulary trainer: the text has more than 4,294,967,295 distinct words");
  slots_.assign(std::max(first_slots, 2 * slots_.size()), {});
  const std::size_t last = slots_.size() - 1;
  for (std::size_t e = 0; e < entries_.size(); ++e) {
    const std::uint64_t hash = hash_of_text(entries_[e].word);
    std::size_t i = hash & last;
    while (slots_[i].entry != 0) i = (i + 1) & last;
    slots_[i] = {tag_of(hash), static_cast<std::uint32_t>(e + 1)};
  }
}

}  // namespace electra
