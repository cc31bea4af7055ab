#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "electra/core/random.h"

namespace electra {

/// Fisher and Yates, from the end. At most 2^32 - 1 elements.
template <class T>
void shuffle(std::vector<T>& elements, RandomStream stream) {
  for (std::size_t left = elements.size(); left > 1; --left)
    std::swap(elements[left - 1], elements[stream.below(static_cast<std::uint32_t>(left))]);
}

}  // namespace electra
