#include "electra/train/run_config.h"

#include <array>

#include "electra/core/error.h"
#include "electra/core/fields.h"

namespace electra {

std::span<const std::string_view> enum_names(Reduction) {
  static constexpr std::array<std::string_view, 2> names{"f32", "bf16"};
  return names;
}

void check(const RunConfig& config) {
  check_ranges(config);
  const Index warmup = config.schedule.warmup, steps = config.train.steps;
  if (steps > 0 && warmup > steps)
    throw ConfigError("schedule.warmup: expected at most train.steps = " + std::to_string(steps) +
                      ", found " + std::to_string(warmup) +
                      ": the rate would never reach its peak. Set schedule.warmup to a tenth of "
                      "the steps, say, or scale a preset by --steps (with_steps)");
}

}  // namespace electra
