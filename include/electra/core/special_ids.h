#pragma once

#include <cstdint>

namespace electra {

/// The ids of a vocabulary's special tokens, as masking must know them.
struct SpecialIds {
  std::int32_t pad = 0, cls = 2, sep = 3, mask = 4;
};

}  // namespace electra
