#include "io/config_value.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "electra/core/error.h"

namespace electra {
namespace {

/// Integers as 3, 3.0 or 3e6; nothing for anything else, or out of T's range.
template <class T>
std::optional<T> integer_from(const Json& json) {
  if (json.is_number_unsigned()) {
    const auto value = json.get<std::uint64_t>();
    return std::in_range<T>(value) ? std::optional(static_cast<T>(value)) : std::nullopt;
  }
  if (json.is_number_integer()) {
    const auto value = json.get<std::int64_t>();
    return std::in_range<T>(value) ? std::optional(static_cast<T>(value)) : std::nullopt;
  }
  if (!json.is_number_float()) return std::nullopt;
  const auto value = json.get<double>();
  if (std::trunc(value) != value || std::abs(value) > 0x1p53) return std::nullopt;
  const auto whole = static_cast<std::int64_t>(value);
  return std::in_range<T>(whole) ? std::optional(static_cast<T>(whole)) : std::nullopt;
}

/// What a list of these is called.
std::string_view list_name(const std::string&) { return "a list of strings"; }
std::string_view list_name(double) { return "a list of numbers"; }
std::string_view list_name(std::int64_t) { return "a list of integers"; }

/// Stores JSON into the value.
struct Store {
  const Json& json;

  using Result = std::optional<Misfit>;
  [[nodiscard]] Result misfit(std::string expected) const {
    return Misfit{.expected = std::move(expected), .found = &json};
  }

  Result operator()(bool* to) const {
    if (!json.is_boolean()) return misfit("true or false");
    *to = json.get<bool>();
    return {};
  }
  Result operator()(std::optional<bool>* to) const {
    if (!json.is_boolean() && !json.is_null()) return misfit("true, false or null");
    *to = json.is_null() ? std::nullopt : std::optional(json.get<bool>());
    return {};
  }
  Result operator()(const PresetName&) const {  // which was applied before
    return json.is_string() ? Result() : misfit("a preset's name");
  }
  Result operator()(std::string* to) const {
    if (!json.is_string()) return misfit("a string");
    *to = json.get<std::string>();
    return {};
  }
  template <std::integral T>
  Result operator()(T* to) const {
    const auto value = integer_from<T>(json);
    if (!value)
      return misfit("an integer from " + std::to_string(std::numeric_limits<T>::min()) + " to " +
                    std::to_string(std::numeric_limits<T>::max()));
    *to = *value;
    return {};
  }
  template <std::floating_point T>
  Result operator()(T* to) const {
    if (!json.is_number()) return misfit("a number");
    const auto value = json.get<double>();
    if (std::abs(value) > static_cast<double>(std::numeric_limits<T>::max()))
      return misfit("a number of magnitude at most " + Json(std::numeric_limits<T>::max()).dump());
    *to = static_cast<T>(value);
    return {};
  }
  template <class T>
  requires std::is_arithmetic_v<T> Result operator()(std::optional<T>* to) const {
    T value{};
    auto wrong = json.is_null() ? Result() : (*this)(&value);
    if (wrong)
      wrong->expected += ", or null";
    else
      *to = json.is_null() ? std::nullopt : std::optional(value);
    return wrong;
  }
  template <class T>
  Result operator()(std::vector<T>* to) const {
    if (!json.is_array()) return misfit(std::string(list_name(T{})));
    std::vector<T> values(json.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
      auto wrong = Store{json[i]}(&values[i]);
      if (!wrong) continue;
      wrong->element = "[" + std::to_string(i) + "]";
      return wrong;
    }
    *to = std::move(values);
    return {};
  }
  Result operator()(const EnumReference& to) const {
    const std::string name = json.is_string() ? json.get<std::string>() : std::string();
    const auto found = std::find(to.names.begin(), to.names.end(), name);
    if (found == to.names.end()) return misfit(list_of(to.names));
    to.store(to.value, static_cast<std::size_t>(found - to.names.begin()));
    return {};
  }
};

/// The shortest number of T that reads back the same, as JSON; "1.0" where it is whole.
template <class T>
std::string number_json(T value) {
  if (!std::isfinite(value)) throw ConfigError("JSON has no number that is not finite");
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  std::string text(digits.data(), end);
  return text.find_first_of(".e") == std::string::npos ? text + ".0" : text;
}

/// Writes the value as JSON.
struct Text {
  std::string_view between_elements;

  std::string operator()(const PresetName&) const { return {}; }
  std::string operator()(const bool* value) const { return *value ? "true" : "false"; }
  std::string operator()(const std::string* value) const { return json_string(*value); }
  template <std::integral T>
  std::string operator()(const T* value) const {
    return std::to_string(*value);
  }
  template <std::floating_point T>
  std::string operator()(const T* value) const {
    return number_json(*value);
  }
  template <class T>
  std::string operator()(const std::optional<T>* value) const {
    return *value ? (*this)(&**value) : "null";
  }
  template <class T>
  std::string operator()(const std::vector<T>* values) const {
    std::string text;
    for (const T& value : *values)
      text.append(text.empty() ? "" : between_elements).append((*this)(&value));
    return "[" + text + "]";
  }
  std::string operator()(const EnumReference& value) const {
    const std::size_t index = value.load(value.value);
    if (index >= value.names.size())
      throw ConfigError("an enumeration of " + std::to_string(value.names.size()) +
                        " names holds the value " + std::to_string(index));
    return json_string(value.names[index]);
  }
};

}  // namespace

std::optional<Misfit> store_json(const Json& json, const ConfigValue& value) {
  return std::visit(Store{json}, value);
}

std::string value_text(const ConfigValue& value, JsonLayout layout) {
  return std::visit(Text{layout == JsonLayout::indented ? ", " : ","}, value);
}

std::string list_of(std::span<const std::string_view> names) {
  std::string text;
  for (const std::string_view name : names) {
    if (!text.empty()) text += name == names.back() ? " or " : ", ";
    text += name;
  }
  return text;
}

}  // namespace electra
