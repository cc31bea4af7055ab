#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "electra/core/shape.h"
#include "electra/data/document.h"

namespace electra {

/// Tokens [begin, end) of a token file.
struct TokenRange {
  Index begin = 0;
  Index end = 0;

  [[nodiscard]] Index size() const { return end - begin; }
  friend bool operator==(const TokenRange&, const TokenRange&) = default;
};

/// [CLS] first [SEP], or [CLS] first [SEP] second [SEP]; each segment is its ranges one after
/// another, neighbouring ones joined.
struct PackedExample {
  std::span<const TokenRange> first;
  std::span<const TokenRange> second;

  /// [CLS] and [SEP] included.
  [[nodiscard]] Index length() const;
};

struct PackingOptions {
  Index length = 128;          // of an example, at least 5
  bool carry_overflow = true;  // what does not fit starts the document's next example; false: lost
  std::uint64_t seed = 1;
};

/// Examples as ranges of a token file: small, so that a whole epoch is kept.
class Packing {
 public:
  [[nodiscard]] Index count() const { return static_cast<Index>(examples_.size()); }
  [[nodiscard]] PackedExample operator[](Index example) const;

  void add(std::span<const TokenRange> first, std::span<const TokenRange> second);

 private:
  struct Place {
    std::size_t begin, middle, end;  // first and second segment in ranges_
  };

  std::vector<TokenRange> ranges_;
  std::vector<Place> examples_;
};

/// Packs documents as the reference's build_pretraining_dataset.py (github.com/google-research/
/// electra) does: sentences are collected up to a target length (5 % of the targets are uniform in
/// [5, length], the others are `length`), then dealt to two segments (10 % of the examples: to one)
/// and cut to fit. Documents are packed in blocks that draw by themselves, keyed by (seed, block,
/// epoch). Throws ConfigError for a length below 5.
[[nodiscard]] Packing pack(std::span<const DocumentSentences> documents,
                           const PackingOptions& options, Index epoch);

}  // namespace electra
