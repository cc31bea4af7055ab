#pragma once

#include <cstdint>
#include <span>

#include "electra/core/shape.h"

namespace electra {

/// A document as packing sees it: sentences that lie one after another in a token file.
struct DocumentSentences {
  Index first_token = 0;
  std::span<const std::uint32_t> lengths;  // tokens of each
};

}  // namespace electra
