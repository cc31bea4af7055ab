#include "step/parts.h"

#include <algorithm>
#include <cstdio>
#include <functional>
#include <utility>
#include <vector>

#include "electra/core/file.h"

namespace electra::bench {

void write(const Timeline& timeline, const std::filesystem::path& file) {
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (const KernelEvent& event : timeline)
    rows.push_back({{"kernel", event.name},
                    {"us", 1e6 * event.seconds},
                    {"flops", event.cost.flops},
                    {"bytes", event.cost.bytes}});
  write_file(file, rows.dump(1) + "\n");
}

Parts parts_of(const Timeline& timeline) {
  Parts parts;
  for (const KernelEvent& event : timeline) {
    Part& part = parts[std::string(event.name)];
    part.seconds += event.seconds;
    part.flops += event.cost.flops;
    part.bytes += event.cost.bytes;
    ++part.calls;
  }
  return parts;
}

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
