#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>

namespace electra::bench {

/// What all calls of one kernel took and did.
struct Part {
  double seconds = 0;
  double flops = 0;
  double bytes = 0;
  int calls = 0;
};

/// By the kernels' names.
using Parts = std::map<std::string, Part>;

/// A table of a step's kernels, the longest first, when `parts` are those of `steps` steps.
void print(const Parts& parts, int steps);

[[nodiscard]] nlohmann::ordered_json as_json(const Parts& parts, int steps);

}  // namespace electra::bench
