#include "electra/layers/network_config.h"

#include <array>
#include <string>

#include "core/range.h"
#include "electra/core/fields.h"

namespace electra {

std::span<const std::string_view> enum_names(Gelu) {
  static constexpr std::array<std::string_view, 2> names{"gelu", "gelu_tanh"};
  return names;
}

void check(const NetworkConfig& config, std::string_view prefix) {
  if (config.vocabulary < 6)
    throw ConfigError("vocabulary.size: expected 6 or more, found " +
                      std::to_string(config.vocabulary));
  check_ranges(config, std::string(prefix));
  expect(config.hidden % config.heads == 0, std::string(prefix) + "heads",
         "a divisor of the hidden width " + std::to_string(config.hidden),
         static_cast<double>(config.heads));
}

}  // namespace electra
