#include "electra/layers/network_config.h"

#include <array>
#include <string>

#include "core/range.h"

namespace electra {

std::span<const std::string_view> enum_names(Gelu) {
  static constexpr std::array<std::string_view, 2> names{"gelu", "gelu_tanh"};
  return names;
}

void check(const NetworkConfig& c, std::string_view prefix) {
  const auto key = [&](std::string_view name) { return std::string(prefix) + std::string(name); };
  const auto expect_sizes = [&](std::string_view name, Index value, Index least, Index most) {
    expect(value >= least && value <= most, key(name),
           std::to_string(least) + " to " + std::to_string(most), static_cast<double>(value));
  };
  if (c.vocabulary < 6)
    throw ConfigError("vocabulary.size: expected 6 or more, found " + std::to_string(c.vocabulary));
  expect_count(key("embedding"), c.embedding, 1);
  expect_count(key("hidden"), c.hidden, 1);
  expect_sizes("layers", c.layers, 1, 1000);
  expect_count(key("intermediate"), c.intermediate, 1);
  expect(c.heads >= 1 && c.hidden % c.heads == 0, key("heads"),
         "a divisor of the hidden width " + std::to_string(c.hidden), static_cast<double>(c.heads));
  expect_sizes("positions", c.positions, 5, 512);
  expect_share(key("dropout"), c.dropout);
  expect_share(key("attention_dropout"), c.attention_dropout);
  expect(c.initializer_range > 0, key("initializer_range"), "a positive number",
         c.initializer_range);
  expect(c.layer_norm_epsilon > 0, key("layer_norm_epsilon"), "a positive number",
         c.layer_norm_epsilon);
}

}  // namespace electra
