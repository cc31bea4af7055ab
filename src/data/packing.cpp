#include "electra/data/packing.h"

#include <algorithm>
#include <string>
#include <utility>

#include "electra/core/error.h"
#include "electra/core/random.h"

namespace electra {

namespace {

constexpr Index no_split = 100000;  // the reference's target for a single segment

/// Keeps the first `room` tokens of a segment and moves the others to `rest`.
void cut(Segment& segment, Index room, Segment& rest) {
  Segment kept;
  for (const TokenRange& piece : segment) {
    const Index taken = std::clamp<Index>(room, 0, piece.size());
    if (taken > 0) kept.push_back({piece.begin, piece.begin + taken});
    if (taken < piece.size()) rest.push_back({piece.begin + taken, piece.end});
    room -= taken;
  }
  segment = std::move(kept);
}

/// Packs the documents of a block, one after the other.
class Packer {
 public:
  Packer(const PackingOptions& options, std::uint32_t epoch, std::uint32_t block)
      : options_(options),
        random_(options.seed, site(Network::none, 0, Place::pack), block, epoch),
        target_(options.length) {}

  void add(const Segment& document) {
    for (const TokenRange& sentence : document) {
      if (sentence.size() == 0) continue;
      pending_.push_back(sentence);
      waiting_ += sentence.size();
      while (waiting_ >= target_) emit();
    }
    while (waiting_ > 0) emit();
  }

  [[nodiscard]] std::vector<PackedExample> take() { return std::move(examples_); }

 private:
  void emit() {
    PackedExample example = split();
    Segment rest;
    cut(example.a, options_.length - 2, rest);
    cut(example.b, options_.length - tokens_of(example.a) - 3, rest);
    pending_.clear();
    if (options_.overflow == Overflow::carry) {
      std::ranges::sort(rest, {}, &TokenRange::begin);
      pending_ = std::move(rest);
    }
    waiting_ = tokens_of(pending_);
    examples_.push_back(std::move(example));
    const auto choices = static_cast<std::uint32_t>(options_.length - 4);
    target_ = random_.uniform() < 0.05 ? 5 + random_.below(choices) : options_.length;
  }

  /// Shares the waiting sentences out between the two segments.
  [[nodiscard]] PackedExample split() {
    const Index target = random_.uniform() < 0.1 ? no_split : (target_ - 3) / 2;
    PackedExample example;
    Index size = 0;
    for (const TokenRange& sentence : pending_) {
      const bool first = size == 0 || size + sentence.size() < target ||
                         (example.b.empty() && size < target && random_.uniform() < 0.5);
      (first ? example.a : example.b).push_back(sentence);
      if (first) size += sentence.size();
    }
    return example;
  }

  const PackingOptions& options_;
  RandomStream random_;
  Index target_;
  Index waiting_ = 0;
  Segment pending_;
  std::vector<PackedExample> examples_;
};

}  // namespace

Index tokens_of(const Segment& segment) {
  Index tokens = 0;
  for (const TokenRange& piece : segment) tokens += piece.size();
  return tokens;
}

Index PackedExample::real() const { return tokens_of(a) + 2 + (b.empty() ? 0 : tokens_of(b) + 1); }

std::vector<PackedExample> pack_block(std::span<const Segment> documents,
                                      const PackingOptions& options, std::uint32_t epoch,
                                      std::uint32_t block) {
  if (options.length < 5)
    throw ConfigError("data.length: expected 5 or more, found " + std::to_string(options.length));
  Packer packer(options, epoch, block);
  for (const Segment& document : documents) packer.add(document);
  return packer.take();
}

}  // namespace electra
