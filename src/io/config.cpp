#include "electra/io/config.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <numeric>
#include <tuple>

#include "electra/core/error.h"
#include "io/json.h"

namespace electra {
namespace {

std::string list_of(std::span<const std::string_view> names) {
  std::string text;
  for (const std::string_view name : names) {
    if (!text.empty()) text += name == names.back() ? " or " : ", ";
    text += name;
  }
  return text;
}

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

/// Stores JSON into the value; returns what was expected if it does not fit, else nothing.
struct Store {
  const Json& json;

  std::string operator()(bool* to) const {
    if (!json.is_boolean()) return "true or false";
    *to = json.get<bool>();
    return {};
  }
  std::string operator()(std::optional<bool>* to) const {
    if (!json.is_boolean() && !json.is_null()) return "true, false or null";
    *to = json.is_null() ? std::nullopt : std::optional(json.get<bool>());
    return {};
  }
  std::string operator()(const PresetName&) const {  // which was applied before
    return json.is_string() ? "" : "a preset's name";
  }
  std::string operator()(std::string* to) const {
    if (!json.is_string()) return "a string";
    *to = json.get<std::string>();
    return {};
  }
  template <std::integral T>
  std::string operator()(T* to) const {
    const auto value = integer_from<T>(json);
    if (!value)
      return "an integer from " + std::to_string(std::numeric_limits<T>::min()) + " to " +
             std::to_string(std::numeric_limits<T>::max());
    *to = *value;
    return {};
  }
  template <std::floating_point T>
  std::string operator()(T* to) const {
    if (!json.is_number()) return "a number";
    const auto value = json.get<double>();
    if (std::abs(value) > static_cast<double>(std::numeric_limits<T>::max()))
      return "a number of magnitude at most " + Json(std::numeric_limits<T>::max()).dump();
    *to = static_cast<T>(value);
    return {};
  }
  std::string operator()(const EnumReference& to) const {
    const std::string name = json.is_string() ? json.get<std::string>() : std::string();
    const auto found = std::find(to.names.begin(), to.names.end(), name);
    if (found == to.names.end()) return list_of(to.names);
    to.store(to.value, static_cast<std::size_t>(found - to.names.begin()));
    return {};
  }
};

template <class T>
std::string number_text(T value) {
  if (!std::isfinite(value)) throw ConfigError("JSON has no number that is not finite");
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  std::string text(digits.data(), end);
  return text.find_first_of(".e") == std::string::npos ? text + ".0" : text;
}

struct Text {
  std::string operator()(const PresetName&) const { return {}; }
  std::string operator()(const bool* value) const { return *value ? "true" : "false"; }
  std::string operator()(const std::optional<bool>* value) const {
    return !*value ? "null" : **value ? "true" : "false";
  }
  std::string operator()(const std::string* value) const { return json_string(*value); }
  template <std::integral T>
  std::string operator()(const T* value) const {
    return std::to_string(*value);
  }
  template <std::floating_point T>
  std::string operator()(const T* value) const {
    return number_text(*value);
  }
  std::string operator()(const EnumReference& value) const {
    const std::size_t index = value.load(value.value);
    if (index >= value.names.size())
      throw ConfigError("an enumeration of " + std::to_string(value.names.size()) +
                        " names holds the value " + std::to_string(index));
    return json_string(value.names[index]);
  }
};

/// How many letters must be added, removed, replaced or swapped with their neighbour.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before, last(b.size() + 1), row(b.size() + 1);
  std::iota(last.begin(), last.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] =
          std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before = std::exchange(last, row);
  }
  return last.back();
}

std::string_view last_name(std::string_view path) { return path.substr(path.rfind('.') + 1); }

class Reader {
 public:
  Reader(std::span<const ConfigField> fields, std::string origin)
      : fields_(fields), origin_(std::move(origin)) {}

  void read(const Json& json, const std::string& path) const {
    for (const ConfigField& field : fields_)
      if (field.path == path) return store(field, json);
    if (!path.empty() && !is_object(path)) unknown(path);
    if (!json.is_object()) wrong(path, "an object", json);
    for (const auto& [key, value] : json.items())
      read(value, path.empty() ? key : path + "." + key);
  }

 private:
  bool is_object(const std::string& path) const {
    return std::any_of(fields_.begin(), fields_.end(), [&](const ConfigField& field) {
      return field.path.starts_with(path + ".");
    });
  }

  void store(const ConfigField& field, const Json& json) const {
    const std::string expected = std::visit(Store{json}, field.value);
    if (!expected.empty()) wrong(field.path, expected, json);
  }

  [[noreturn]] void wrong(const std::string& path, const std::string& expected,
                          const Json& json) const {
    throw ConfigError(origin_ + ": " + (path.empty() ? "" : path + ": ") + "expected " + expected +
                      ", found " + kind_of(json));
  }

  /// Names the nearest path, or a path that ends in the same name, if one is near.
  [[noreturn]] void unknown(const std::string& path) const {
    std::string nearest;
    std::size_t least = std::max<std::size_t>(2, path.size() / 3) + 1;
    for (const ConfigField& field : fields_) {
      const std::size_t far =
          last_name(field.path) == last_name(path) ? std::size_t{1} : distance(field.path, path);
      if (far < least) std::tie(least, nearest) = std::pair(far, field.path);
    }
    throw ConfigError(origin_ + ": " + path + ": unknown key" +
                      (nearest.empty() ? "" : "; did you mean " + nearest + "?"));
  }

  std::span<const ConfigField> fields_;
  std::string origin_;
};

/// "a.b" of "a.b.c"; empty for "c".
std::string_view parent(std::string_view path) {
  const auto dot = path.rfind('.');
  return dot == std::string_view::npos ? std::string_view() : path.substr(0, dot);
}

bool within(std::string_view path, std::string_view object) {
  return object.empty() ||
         (path.starts_with(object) && path.substr(object.size()).starts_with('.'));
}

/// Writes nested objects from fields whose paths share beginnings.
class Writer {
 public:
  explicit Writer(JsonLayout layout) : indented_(layout == JsonLayout::indented) {}

  std::string write(std::span<const ConfigField> fields) {
    text_ = "{";
    for (const ConfigField& field : fields) {
      if (std::holds_alternative<PresetName>(field.value)) continue;
      const auto object = parent(field.path);
      while (!within(field.path, open_)) close();
      while (open_.size() < object.size()) {
        const auto end = field.path.find('.', open_.empty() ? 0 : open_.size() + 1);
        key(field.path.substr(0, end));
        text_ += '{';
        open_ = field.path.substr(0, end);
        ++depth_;
        first_ = true;
      }
      key(field.path);
      text_ += std::visit(Text{}, field.value);
      first_ = false;
    }
    while (!open_.empty()) close();
    depth_ = 0;
    if (!fields.empty()) new_line();
    return text_ + (indented_ ? "}\n" : "}");
  }

 private:
  void new_line() {
    if (indented_) text_ += '\n' + std::string(2 * depth_, ' ');
  }
  void key(std::string_view path) {
    if (!first_) text_ += ',';
    new_line();
    text_ += json_string(last_name(path)) + (indented_ ? ": " : ":");
  }
  void close() {
    --depth_;
    new_line();
    text_ += '}';
    open_ = parent(open_);
    first_ = false;
  }

  bool indented_;
  bool first_ = true;
  std::size_t depth_ = 1;
  std::string open_;  // the path of the object being written
  std::string text_;
};

/// JSON, or a string if it is not JSON or the field is to hold a text.
Json value_from(std::string_view text, const ConfigField* field, const std::string& origin) {
  const bool textual = field != nullptr && (std::holds_alternative<std::string*>(field->value) ||
                                            std::holds_alternative<EnumReference>(field->value));
  const Json as_text = std::string(text);
  if (textual && !text.starts_with('"')) return as_text;
  if (!text.starts_with('{') && !Json::accept(text)) return as_text;
  return parse_json(text, origin);
}

Json parse_config(std::string_view json, const std::string& origin) {
  try {
    return parse_json(json, origin);
  } catch (const IoError& error) {
    throw ConfigError(error.what());
  }
}

}  // namespace

void set_from_json(std::span<const ConfigField> fields, std::string_view json,
                   const std::string& origin) {
  Reader(fields, origin).read(parse_config(json, origin), "");
}

void set_from_assignment(std::span<const ConfigField> fields, std::string_view assignment) {
  const std::string origin = "--set " + std::string(assignment);
  const auto equals = assignment.find('=');
  if (equals == std::string_view::npos || equals == 0)
    throw ConfigError(origin + ": expected path=value");
  const std::string path(assignment.substr(0, equals));
  const auto field = std::find_if(fields.begin(), fields.end(),
                                  [&](const ConfigField& each) { return each.path == path; });
  try {
    const Json value = value_from(assignment.substr(equals + 1),
                                  field == fields.end() ? nullptr : &*field, origin);
    Reader(fields, origin).read(value, path);
  } catch (const IoError& error) {
    throw ConfigError(error.what());
  }
}

std::optional<std::string> preset_in_json(std::span<const std::string_view> keys,
                                          std::string_view json, const std::string& origin) {
  const Json tree = parse_config(json, origin);
  for (const std::string_view key : keys) {
    const Json* value = &tree;
    for (std::size_t begin = 0; value != nullptr && begin <= key.size();) {
      const std::size_t end = std::min(key.find('.', begin), key.size());
      const auto found = value->is_object()
                             ? value->find(std::string(key.substr(begin, end - begin)))
                             : value->end();
      value = found == value->end() ? nullptr : &*found;
      begin = end + 1;
    }
    if (value != nullptr && value->is_string()) return value->get<std::string>();
  }
  return std::nullopt;
}

std::optional<std::string> preset_in_assignment(std::span<const std::string_view> keys,
                                                std::string_view assignment) {
  for (const std::string_view key : keys)
    if (assignment.starts_with(key) && assignment.substr(key.size()).starts_with('='))
      return std::string(assignment.substr(key.size() + 1));
  return std::nullopt;
}

std::string fields_to_json(std::span<const ConfigField> fields, JsonLayout layout) {
  return Writer(layout).write(fields);
}

std::string fields_help(std::span<const ConfigField> fields) {
  std::size_t widest = 0;
  for (const ConfigField& field : fields) widest = std::max(widest, field.path.size());
  std::string text;
  for (const ConfigField& field : fields) {
    if (std::holds_alternative<PresetName>(field.value)) continue;
    text += "  " + field.path + std::string(widest + 2 - field.path.size(), ' ') + field.help;
    if (const auto* named = std::get_if<EnumReference>(&field.value))
      text += " (" + list_of(named->names) + ")";
    text += " [" + std::visit(Text{}, field.value) + "]\n";
  }
  return text;
}

std::string hash_text(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char letter : text)
    hash = (hash ^ static_cast<unsigned char>(letter)) * 0x100000001b3U;
  std::string digits;
  for (int shift = 60; shift >= 0; shift -= 4) digits += "0123456789abcdef"[hash >> shift & 15U];
  return digits;
}

}  // namespace electra
