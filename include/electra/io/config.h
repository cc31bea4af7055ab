#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "electra/core/fields.h"
#include "electra/core/file.h"

namespace electra {

/// A config with presets: `C::preset(name)` is the one of this name and throws ConfigError for an
/// unknown one. Under each of the paths `C::preset_keys` a preset's name may stand where values may
/// be given; the preset is applied before all of them.
template <class C>
concept HasPresets = Config<C> && requires(std::string_view name) {
  { C::preset(name) } -> std::same_as<C>;
  {std::span<const std::string_view>(C::preset_keys)};
};

/// A config that hears which of its fields a JSON text or an assignment named, after they were set,
/// where a default depends on whether another value was given: `given({"size"})`.
template <class C>
concept HearsWhatIsGiven = Config<C> && requires(C& config, std::span<const std::string> names) {
  config.given(names);
};

/// An enumeration whose values 0, 1, … have the names `enum_names(E)`, found beside it.
template <class E>
concept NamedEnum = std::is_enum_v<E> && requires(E value) {
  { enum_names(value) } -> std::convertible_to<std::span<const std::string_view>>;
};

/// Some named enumeration, without its type.
struct EnumReference {
  void* value;
  void (*store)(void* value, std::size_t index);
  std::size_t (*load)(const void* value);
  std::span<const std::string_view> names;
};

/// Stands for a preset's name, which is not a value of the struct: it is applied, not stored.
struct PresetName {};

/// A place in a config struct that holds one value.
using ConfigValue =
    std::variant<bool*, int*, std::int64_t*, std::uint64_t*, double*, float*, std::string*,
                 std::optional<bool>*, std::optional<std::int64_t>*, std::optional<double>*,
                 std::vector<std::string>*, std::vector<std::int64_t>*, std::vector<double>*,
                 EnumReference, PresetName>;

/// One value of a config struct under its dotted path: "schedule.peak".
struct ConfigField {
  std::string path;
  ConfigValue value;
  std::string help;
  std::optional<ValueRange> range = std::nullopt;  ///< shown here, checked by check_ranges
};

/// Whether written JSON is for people (indented) or for hashing (one line).
enum class JsonLayout : std::uint8_t { indented, compact };

/// A field whose values differ in two structs of one type: both as JSON.
struct ChangedField {
  std::string path;
  std::string before, now;
};

// What the templates below do, on a struct laid out as fields.

/// Sets the fields that the JSON object names, and returns their paths. Throws ConfigError, naming
/// `origin` and the dotted path, for an unknown key, a key given twice, a wrong type, or a number
/// that it does not hold; of a list with the index: "labels[2]". Ranges are another matter:
/// check_ranges.
std::vector<std::string> set_from_json(std::span<const ConfigField> fields, std::string_view json,
                                       const std::string& origin);
/// Sets one field, or several of one object, from "a.b=value", and returns their paths.
std::vector<std::string> set_from_assignment(std::span<const ConfigField> fields,
                                             std::string_view assignment);
/// The preset that the JSON object names under one of these paths, if it does.
[[nodiscard]] std::optional<std::string> preset_in_json(std::span<const std::string_view> keys,
                                                        std::string_view json,
                                                        const std::string& origin);
/// The same of "preset=base".
[[nodiscard]] std::optional<std::string> preset_in_assignment(
    std::span<const std::string_view> keys, std::string_view assignment);
[[nodiscard]] std::vector<ChangedField> changed_fields(std::span<const ConfigField> before,
                                                       std::span<const ConfigField> now);
/// Gives the field of this path the value that it has in `from`, fields of the same type.
void copy_field(std::span<const ConfigField> from, std::span<const ConfigField> to,
                std::string_view path);
[[nodiscard]] std::string fields_to_json(std::span<const ConfigField> fields, JsonLayout layout);
[[nodiscard]] std::string fields_help(std::span<const ConfigField> fields);

namespace detail {

template <NamedEnum E>
EnumReference enum_reference(E& value) {
  return {&value, [](void* to, std::size_t index) { *static_cast<E*>(to) = static_cast<E>(index); },
          [](const void* from) { return static_cast<std::size_t>(*static_cast<const E*>(from)); },
          enum_names(value)};
}

template <Config C>
void append_fields(C& config, const std::string& prefix, std::vector<ConfigField>& fields) {
  config.fields([&](std::string_view name, auto& value, std::string_view help,
                    const std::optional<ValueRange>& range = std::nullopt) {
    using T = std::remove_reference_t<decltype(value)>;
    const std::string path = prefix + std::string(name);
    if constexpr (Config<T>)
      append_fields(value, path + ".", fields);
    else if constexpr (NamedEnum<T>)
      fields.push_back({path, enum_reference(value), std::string(help), range});
    else
      fields.push_back({path, &value, std::string(help), range});
  });
}

/// Tells every part of the config that wants to hear it which of its fields were given.
template <Config C>
void tell_given(C& config, std::span<const std::string> paths) {
  if (paths.empty()) return;
  if constexpr (HearsWhatIsGiven<C>) config.given(paths);
  config.fields([&](std::string_view name, auto& value, const auto&...) {
    if constexpr (Config<std::remove_reference_t<decltype(value)>>) {
      const std::string prefix = std::string(name) + ".";
      std::vector<std::string> below;
      for (const std::string& path : paths)
        if (path.starts_with(prefix)) below.push_back(path.substr(prefix.size()));
      tell_given(value, below);
    }
  });
}

}  // namespace detail

/// Every value of the struct, in the order in which it lists them; they point into it.
template <Config C>
[[nodiscard]] std::vector<ConfigField> fields_of(C& config) {
  std::vector<ConfigField> fields;
  if constexpr (HasPresets<C>)
    for (const std::string_view key : C::preset_keys)
      fields.push_back({std::string(key), PresetName{}, {}});
  detail::append_fields(config, "", fields);
  return fields;
}

/// `defaults`, or the preset that the JSON text names, with the values that it names; `origin` is
/// its name in messages. Throws ConfigError.
template <Config C>
[[nodiscard]] C config_from_json(std::string_view json, const std::string& origin,
                                 C defaults = {}) {
  if constexpr (HasPresets<C>)
    if (const auto name = preset_in_json(C::preset_keys, json, origin)) defaults = C::preset(*name);
  detail::tell_given(defaults, set_from_json(fields_of(defaults), json, origin));
  return defaults;
}

/// `defaults` with what the JSON file names. Throws IoError or ConfigError.
template <Config C>
[[nodiscard]] C config_from_file(const std::filesystem::path& path, C defaults = {}) {
  return config_from_json(read_file(path), path.string(), std::move(defaults));
}

/// `config` with one assignment, as `--set` has it: "schedule.peak=1e-4". The value is JSON or, for
/// strings and names, bare text: any that does not open with a quotation mark. A list is a JSON
/// array or, of strings, bare text, which opens with neither "[" nor a quotation mark and is parted
/// at every comma, with nothing trimmed: "labels=good,not so good". Nothing is the empty list; a
/// part that is empty, or holds a comma, can be said in JSON only. A preset replaces everything.
/// Throws ConfigError.
template <Config C>
[[nodiscard]] C with_assignment(C config, std::string_view assignment) {
  if constexpr (HasPresets<C>)
    if (const auto name = preset_in_assignment(C::preset_keys, assignment)) return C::preset(*name);
  detail::tell_given(config, set_from_assignment(fields_of(config), assignment));
  return config;
}

/// The fields whose values differ, in the order of the fields.
template <Config C>
[[nodiscard]] std::vector<ChangedField> changed_fields(C before, C now) {
  return changed_fields(fields_of(before), fields_of(now));
}

/// `config` with the value that the field of this path has in `from`. Throws ConfigError for a path
/// that there is not.
template <Config C>
[[nodiscard]] C with_field_of(C config, C from, std::string_view path) {
  copy_field(fields_of(from), fields_of(config), path);
  return config;
}

/// All values as a JSON object, in the order of the fields; each number is the shortest that reads
/// back the same.
template <Config C>
[[nodiscard]] std::string config_to_json(C config, JsonLayout layout = JsonLayout::indented) {
  return fields_to_json(fields_of(config), layout);
}

/// One line for each field: path, help, range or names, value in `config`.
template <Config C>
[[nodiscard]] std::string config_help(C config = {}) {
  return fields_help(fields_of(config));
}

/// FNV-1a, 64 bits, in 16 hexadecimal digits.
[[nodiscard]] std::string hash_text(std::string_view text);

/// Equal for configs with equal values: the hash of the compact JSON.
template <Config C>
[[nodiscard]] std::string config_hash(C config) {
  return hash_text(config_to_json(std::move(config), JsonLayout::compact));
}

}  // namespace electra
