#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace electra {

/// Distinct words, and how often each occurs: a table of open addressing over words that lie side
/// by side in blocks of memory. They are listed in the order in which they came.
class WordCounts {
 public:
  struct Entry {
    std::string_view word;
    std::int64_t count;
  };

  WordCounts() = default;
  WordCounts(std::initializer_list<Entry> entries);

  void add(std::string_view word, std::int64_t count = 1);
  WordCounts& operator+=(const WordCounts& others);

  [[nodiscard]] std::span<const Entry> entries() const { return entries_; }
  [[nodiscard]] bool empty() const { return entries_.empty(); }

 private:
  struct Slot {
    std::uint32_t tag = 0;
    std::uint32_t entry = 0;  // its number, from 1; 0: free
  };

  [[nodiscard]] std::string_view keep(std::string_view word);
  void grow();

  std::vector<Entry> entries_;
  std::vector<Slot> slots_;  // a power of two, at most half full
  std::vector<std::unique_ptr<char[]>> blocks_;
  std::size_t left_ = 0;  // bytes, in the last block
  char* next_ = nullptr;
};

}  // namespace electra
