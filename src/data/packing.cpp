#include "electra/data/packing.h"

#include <algorithm>
#include <limits>
#include <string>

#include "electra/core/error.h"
#include "electra/core/random.h"

namespace electra {
namespace {

constexpr Index shortest_example = 5;
constexpr Index block_tokens = 65536;  // part of what a seed means
constexpr double single_segment_share = 0.1;
constexpr double short_target_share = 0.05;

Index size_of(std::span<const TokenRange> ranges) {
  Index size = 0;
  for (const TokenRange& range : ranges) size += range.size();
  return size;
}

/// Ranges one after another, neighbours joined.
class Segment {
 public:
  [[nodiscard]] Index size() const { return size_; }
  [[nodiscard]] std::span<const TokenRange> ranges() const { return ranges_; }

  void clear() {
    ranges_.clear();
    size_ = 0;
  }

  void add(TokenRange range) {
    size_ += range.size();
    if (!ranges_.empty() && ranges_.back().end == range.begin)
      ranges_.back().end = range.end;
    else
      ranges_.push_back(range);
  }

 private:
  std::vector<TokenRange> ranges_;
  Index size_ = 0;
};

/// Packs the documents of one block; the target length goes on from one to the next.
class BlockPacker {
 public:
  BlockPacker(const PackingOptions& options, RandomStream random, Packing& packing)
      : options_(options), random_(random), packing_(packing), target_(options.length) {}

  [[nodiscard]] Index tokens() const { return tokens_; }

  void add(const DocumentSentences& document) {
    Index begin = document.first_token;
    for (const std::uint32_t length : document.lengths) {
      const TokenRange line{begin, begin + length};
      begin = line.end;
      if (length == 0) continue;
      lines_.push_back(line);
      waiting_ += length;
      while (waiting_ >= target_) emit();
    }
    while (waiting_ > 0) emit();
    tokens_ += begin - document.first_token;
  }

 private:
  [[nodiscard]] bool belongs_to_first(TokenRange line, Index target) {
    if (first_.size() == 0 || first_.size() + line.size() < target) return true;
    return second_.size() == 0 && first_.size() < target && random_.uniform() < 0.5;
  }

  /// Deals each line to a segment; what is beyond the segment's room goes to the overflow.
  void deal() {
    const Index first_target = random_.uniform() < single_segment_share
                                   ? std::numeric_limits<Index>::max()
                                   : (target_ - 3) / 2;
    for (const TokenRange& line : lines_)
      (belongs_to_first(line, first_target) ? first_ : second_).add(line);
  }

  void cut(const Segment& segment, Index room, Segment& kept) {
    for (const TokenRange& range : segment.ranges()) {
      const Index taken = std::min(range.size(), room - kept.size());
      if (taken > 0) kept.add({range.begin, range.begin + taken});
      if (taken < range.size()) overflow_.push_back({range.begin + taken, range.end});
    }
  }

  void emit() {
    first_.clear();
    second_.clear();
    deal();
    overflow_.clear();
    kept_first_.clear();
    kept_second_.clear();
    cut(first_, options_.length - 2, kept_first_);
    cut(second_, std::max(Index{0}, options_.length - kept_first_.size() - 3), kept_second_);
    packing_.add(kept_first_.ranges(), kept_second_.ranges());
    draw_target();
    keep_overflow();
  }

  void draw_target() {
    target_ = options_.length;
    if (random_.uniform() < short_target_share)
      target_ = shortest_example +
                random_.below(static_cast<std::uint32_t>(options_.length - shortest_example + 1));
  }

  void keep_overflow() {
    if (!options_.carry_overflow) overflow_.clear();
    std::sort(overflow_.begin(), overflow_.end(),
              [](const TokenRange& a, const TokenRange& b) { return a.begin < b.begin; });
    lines_ = overflow_;
    waiting_ = size_of(lines_);
  }

  const PackingOptions& options_;
  RandomStream random_;
  Packing& packing_;
  Index target_;
  Index tokens_ = 0;
  std::vector<TokenRange> lines_;  // of the next example
  Index waiting_ = 0;              // their tokens
  Segment first_, second_, kept_first_, kept_second_;
  std::vector<TokenRange> overflow_;
};

}  // namespace

Index PackedExample::length() const {
  return 2 + size_of(first) + (second.empty() ? 0 : 1 + size_of(second));
}

PackedExample Packing::operator[](Index example) const {
  const auto [begin, middle, end] = examples_[static_cast<std::size_t>(example)];
  const std::span<const TokenRange> ranges(ranges_);
  return {ranges.subspan(begin, middle - begin), ranges.subspan(middle, end - middle)};
}

void Packing::add(std::span<const TokenRange> first, std::span<const TokenRange> second) {
  const std::size_t begin = ranges_.size();
  ranges_.insert(ranges_.end(), first.begin(), first.end());
  const std::size_t middle = ranges_.size();
  ranges_.insert(ranges_.end(), second.begin(), second.end());
  examples_.push_back({begin, middle, ranges_.size()});
}

Packing pack(std::span<const DocumentSentences> documents, const PackingOptions& options,
             Index epoch) {
  if (options.length < shortest_example)
    throw ConfigError("data.length: expected at least " + std::to_string(shortest_example) +
                      ", found " + std::to_string(options.length));
  Packing packing;
  std::uint32_t block = 0;
  for (std::size_t next = 0; next < documents.size(); ++block) {
    BlockPacker packer(options,
                       RandomStream(options.seed, site(Network::none, 0, Place::pack), block,
                                    static_cast<std::uint32_t>(epoch)),
                       packing);
    while (next < documents.size() && packer.tokens() < block_tokens) packer.add(documents[next++]);
  }
  return packing;
}

}  // namespace electra
