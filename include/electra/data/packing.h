#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "electra/core/shape.h"

namespace electra {

/// A run of tokens of the token file: [begin, end).
struct TokenRange {
  Index begin = 0;
  Index end = 0;

  [[nodiscard]] Index size() const { return end - begin; }
  friend bool operator==(const TokenRange&, const TokenRange&) = default;
};

/// One segment of an example: runs of tokens of one document, in order.
using Segment = std::vector<TokenRange>;

[[nodiscard]] Index tokens_of(const Segment& segment);

/// [CLS] a [SEP], or [CLS] a [SEP] b [SEP].
struct PackedExample {
  Segment a, b;

  /// Tokens with the specials.
  [[nodiscard]] Index real() const;
};

/// What becomes of the tokens for which an example has no room.
enum class Overflow : std::uint8_t { carry, drop };

struct PackingOptions {
  Index length = 128;  // of an example, specials included; at least 5
  Overflow overflow = Overflow::carry;
  std::uint64_t seed = 1;
};

/// Packs one block of documents, each a list of sentences, as the reference does
/// (google-research/electra, build_pretraining_dataset.py): sentences gather until a target length
/// is reached; 10 % of the examples have one segment, the others split near the middle; 5 % of the
/// targets are shorter. An example never spans two documents. With Overflow::carry what did not fit
/// starts the document's next example, so that every token is used exactly once; with
/// Overflow::drop it is lost, as in the reference. Depends on (seed, epoch, block) alone.
[[nodiscard]] std::vector<PackedExample> pack_block(std::span<const Segment> documents,
                                                    const PackingOptions& options,
                                                    std::uint32_t epoch, std::uint32_t block);

}  // namespace electra
