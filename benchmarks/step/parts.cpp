#include "step/parts.h"

#include <algorithm>
#include <cstdio>
#include <functional>
#include <utility>
#include <vector>

namespace electra::bench {

void print(const Parts& parts, int steps) {
  std::vector<std::pair<std::string, Part>> rows(parts.begin(), parts.end());
  std::ranges::sort(rows, std::greater{}, [](const auto& row) { return row.second.seconds; });
  double all = 0;
  for (const auto& [name, part] : rows) all += part.seconds;
  std::printf("%-34s %7s %9s %7s %9s %8s\n", "kernel", "calls", "ms", "share", "GFLOP/s", "GB/s");
  for (const auto& [name, part] : rows)
    std::printf("%-34s %7d %9.2f %6.1f%% %9.1f %8.1f\n", name.c_str(), part.calls / steps,
                1e3 * part.seconds / steps, 100 * part.seconds / all,
                part.flops / part.seconds * 1e-9, part.bytes / part.seconds * 1e-9);
  std::printf("%-34s %7s %9.2f\n", "all kernels", "", 1e3 * all / steps);
}

nlohmann::ordered_json as_json(const Parts& parts, int steps) {
  nlohmann::ordered_json out = nlohmann::ordered_json::array();
  for (const auto& [name, part] : parts)
    out.push_back({{"kernel", name},
                   {"calls", part.calls / steps},
                   {"ms", 1e3 * part.seconds / steps},
                   {"gflops", part.flops / part.seconds * 1e-9},
                   {"gbytes_per_second", part.bytes / part.seconds * 1e-9}});
  return out;
}

}  // namespace electra::bench
