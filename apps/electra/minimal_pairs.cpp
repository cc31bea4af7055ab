#include "minimal_pairs.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "electra/core/error.h"
#include "input_lines.h"

namespace electra {

namespace {

constexpr std::array<std::string_view, 4> column_names{"paradigm", "phenomenon", "good", "bad"};
enum Column : std::uint8_t { paradigm, phenomenon, good, bad };

std::vector<std::string> cells_of(std::string_view line) {
  std::vector<std::string> cells;
  for (std::size_t begin = 0; begin <= line.size();) {
    const std::size_t end = std::min(line.find('\t', begin), line.size());
    cells.emplace_back(line.substr(begin, end - begin));
    begin = end + 1;
  }
  return cells;
}

/// Rows of a file as the heading has them.
class PairReader {
 public:
  PairReader(const std::string& file, std::string_view heading) : file_(input_name(file)) {
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    if (heading.starts_with(byte_order_mark)) heading.remove_prefix(byte_order_mark.size());
    const std::vector<std::string> names = cells_of(heading);
    for (std::size_t i = 0; i < column_names.size(); ++i) {
      const auto found = std::ranges::find(names, column_names[i]);
      if (found == names.end())
        refuse("line 1", "a heading with the columns paradigm, phenomenon, good and bad",
               "no " + std::string(column_names[i]));
      places_[i] = static_cast<std::size_t>(found - names.begin());
    }
    width_ = names.size();
  }

  void add(const std::string& text, Index line, MinimalPairs& to) {
    const std::vector<std::string> cells = cells_of(text);
    if (cells.size() != width_)
      refuse("line " + std::to_string(line), std::to_string(width_) + " columns, as line 1 has",
             std::to_string(cells.size()));
    for (const Column column : {paradigm, phenomenon, good, bad})
      if (cells[places_[column]].empty()) refuse(place(line, column), "a text", "an empty cell");
    to.pairs.push_back({paradigm_of(cells, line, to), cells[places_[good]], cells[places_[bad]]});
  }

  [[noreturn]] void refuse(const std::string& place, const std::string& expected,
                           const std::string& found) const {
    throw IoError(file_ + ", " + place + ": expected " + expected + ", found " + found);
  }

 private:
  [[nodiscard]] std::string place(Index line, Column column) const {
    return "line " + std::to_string(line) + ", column " + std::to_string(places_[column] + 1) +
           " (" + std::string(column_names[column]) + ")";
  }

  std::size_t paradigm_of(const std::vector<std::string>& cells, Index line, MinimalPairs& to) {
    const std::string& name = cells[places_[paradigm]];
    std::string found = cells[places_[phenomenon]];
    if (found == "s-selection") found = "argument_structure";
    const auto [known, is_new] = numbers_.try_emplace(name, to.paradigms.size());
    if (is_new) to.paradigms.push_back({name, found, line});
    const Paradigm& of = to.paradigms[known->second];
    if (of.phenomenon != found)
      refuse(place(line, phenomenon),
             of.phenomenon + ", as line " + std::to_string(of.line) + " has of " + name, found);
    return known->second;
  }

  std::string file_;
  std::array<std::size_t, column_names.size()> places_{};
  std::size_t width_ = 0;
  std::map<std::string, std::size_t> numbers_;
};

/// Sentences of the same tokens are equally likely, whatever rounding makes of them.
void count_pair(const SentenceScore& good, const SentenceScore& bad, PairCount& count) {
  ++count.pairs;
  if (good.left_out > 0 || bad.left_out > 0) ++count.cut;
  if (good.ids == bad.ids || good.score == bad.score)
    ++count.tied;
  else if (good.score > bad.score)
    ++count.won;
}

}  // namespace

MinimalPairs read_minimal_pairs(const std::string& file, Index every) {
  const std::vector<std::string> lines = input_lines(file);
  if (lines.empty())
    throw IoError(input_name(file) + ": expected minimal pairs, found an empty file");
  PairReader reader(file, lines.front());
  MinimalPairs all;
  for (std::size_t i = 1; i < lines.size(); ++i)
    if (!lines[i].empty()) reader.add(lines[i], static_cast<Index>(i) + 1, all);
  if (all.pairs.empty()) reader.refuse("line 2", "a minimal pair", "the end of the file");
  MinimalPairs chosen{.paradigms = std::move(all.paradigms), .pairs = {}};
  for (std::size_t i = 0; i < all.pairs.size(); i += static_cast<std::size_t>(every))
    chosen.pairs.push_back(std::move(all.pairs[i]));
  return chosen;
}

PairCount& PairCount::operator+=(const PairCount& other) {
  pairs += other.pairs;
  won += other.won;
  tied += other.tied;
  cut += other.cut;
  return *this;
}

std::vector<PairCount> count_pairs(const MinimalPairs& of, const SentenceScorer& scorer,
                                   const std::function<void(Index)>& progress,
                                   const StopRequest& stop) {
  constexpr std::size_t pairs_at_once = 32;  // between two looks at `stop`
  std::vector<PairCount> counts(of.paradigms.size());
  for (std::size_t begin = 0; begin < of.pairs.size(); begin += pairs_at_once) {
    stop_if(stop);
    const auto part =
        std::span(of.pairs).subspan(begin, std::min(pairs_at_once, of.pairs.size() - begin));
    std::vector<std::string> texts;
    for (const MinimalPair& pair : part) texts.insert(texts.end(), {pair.good, pair.bad});
    const std::vector<SentenceScore> scores = scorer.score(texts);
    for (std::size_t i = 0; i < part.size(); ++i)
      count_pair(scores[2 * i], scores[2 * i + 1], counts[part[i].paradigm]);
    if (progress) progress(static_cast<Index>(begin + part.size()));
  }
  return counts;
}

std::vector<PhenomenonCount> by_phenomenon(const MinimalPairs& of,
                                           std::span<const PairCount> counts) {
  std::map<std::string, PairCount> sums;
  for (std::size_t i = 0; i < of.paradigms.size(); ++i)
    if (counts[i].pairs > 0) sums[of.paradigms[i].phenomenon] += counts[i];
  std::vector<PhenomenonCount> all;
  for (const auto& [name, count] : sums) all.push_back({name, count});
  return all;
}

}  // namespace electra
