#pragma once

#include <string>

namespace electra {

/// Two texts that a model reads together.
struct TextPair {
  std::string first, second;
};

}  // namespace electra
