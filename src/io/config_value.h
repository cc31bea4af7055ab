#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "electra/io/config.h"
#include "io/json.h"

namespace electra {

/// Why some JSON is not what a value holds.
struct Misfit {
  std::string expected;
  std::string element = {};  ///< "[2]" if it is that of a list; empty if it is the whole
  const Json* found = nullptr;
};

/// Stores the JSON in the value, or leaves the value as it was and says why. The misfit points into
/// the JSON.
[[nodiscard]] std::optional<Misfit> store_json(const Json& json, const ConfigValue& value);

/// The value as JSON on one line; a list of several is spaced if `layout` is indented. Throws
/// ConfigError for a number that is not finite and an enumeration without a name for its value.
[[nodiscard]] std::string value_text(const ConfigValue& value, JsonLayout layout);

/// "none, embeddings or all".
[[nodiscard]] std::string list_of(std::span<const std::string_view> names);

/// "c" of "a.b.c".
[[nodiscard]] inline std::string_view last_name(std::string_view path) {
  return path.substr(path.rfind('.') + 1);
}

}  // namespace electra
