#pragma once

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "electra/core/context.h"

namespace electra::bench {

/// The kernels of some steps, in order.
using Timeline = std::vector<KernelEvent>;

/// A JSON array of {"kernel", "us", "flops", "bytes"}, in order. Throws IoError.
void write(const Timeline& timeline, const std::filesystem::path& file);

/// What all calls of one kernel took and did.
struct Part {
  double seconds = 0;
  double flops = 0;
  double bytes = 0;
  int calls = 0;
};

/// By the kernels' names.
using Parts = std::map<std::string, Part>;

[[nodiscard]] Parts parts_of(const Timeline& timeline);

/// A table of a step's kernels, the longest first, when `parts` are those of `steps` steps.
void print(const Parts& parts, int steps);

[[nodiscard]] nlohmann::ordered_json as_json(const Parts& parts, int steps);

}  // namespace electra::bench
