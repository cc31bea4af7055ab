#pragma once

#include "c/call.h"
#include "electra/infer/text_pair.h"

namespace electra {

[[nodiscard]] inline std::vector<TextPair> pairs_of(const electra_pair* pairs, std::size_t count) {
  std::vector<TextPair> all;
  for (const electra_pair& pair : array_of(pairs, count, "pairs"))
    all.push_back({std::string(view_of(pair.first, "a first text's data")),
                   std::string(view_of(pair.second, "a second text's data"))});
  return all;
}

}  // namespace electra
