#include "electra/io/config.h"

#include <algorithm>
#include <numeric>
#include <tuple>

#include "electra/core/error.h"
#include "io/config_value.h"
#include "io/json.h"

namespace electra {
namespace {

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

class Reader {
 public:
  Reader(std::span<const ConfigField> fields, std::string origin)
      : fields_(fields), origin_(std::move(origin)) {}

  /// Adds the paths that are set to `given`.
  void read(const Json& json, const std::string& path, std::vector<std::string>& given) const {
    for (const ConfigField& field : fields_)
      if (field.path == path) {
        given.push_back(path);
        return store(field, json);
      }
    if (!path.empty() && !is_object(path)) unknown(path);
    if (!json.is_object()) wrong(path, "an object", json);
    for (const auto& [key, value] : json.items())
      read(value, path.empty() ? key : path + "." + key, given);
  }

 private:
  bool is_object(const std::string& path) const {
    return std::any_of(fields_.begin(), fields_.end(), [&](const ConfigField& field) {
      return field.path.starts_with(path + ".");
    });
  }

  void store(const ConfigField& field, const Json& json) const {
    if (const auto misfit = store_json(json, field.value))
      wrong(field.path + misfit->element, misfit->expected, *misfit->found);
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

/// The strings between the commas, each as it is; no text is no string.
Json list_from(std::string_view text, const std::string& path, const std::string& origin) {
  Json list = Json::array();
  for (std::size_t begin = 0; !text.empty() && begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    if (end == begin)
      throw ConfigError(origin + ": " + path + "[" + std::to_string(list.size()) +
                        "]: expected a text between commas, found none (as JSON, an empty string "
                        "may be in a list: [\"\"])");
    list.push_back(std::string(text.substr(begin, end - begin)));
    begin = end + 1;
  }
  return list;
}

/// What "path=text" says for the field of this path, or for an object where there is none: JSON,
/// or bare text.
Json value_from(std::string_view text, const ConfigField* field, const std::string& origin) {
  const bool quoted = text.starts_with('"'), list = text.starts_with('[');
  if (field != nullptr && !quoted) {
    if (std::holds_alternative<std::vector<std::string>*>(field->value) && !list)
      return list_from(text, field->path, origin);
    if (std::holds_alternative<std::string*>(field->value) ||
        std::holds_alternative<EnumReference>(field->value))
      return std::string(text);
  }
  if (!text.starts_with('{') && !list && !Json::accept(text)) return std::string(text);
  return parse_json(text, origin);
}

Json parse_config(std::string_view json, const std::string& origin) {
  try {
    return parse_json(json, origin);
  } catch (const IoError& error) {
    throw ConfigError(error.what());
  }
}

const ConfigField& field_at(std::span<const ConfigField> fields, std::string_view path) {
  const auto found = std::ranges::find(fields, path, &ConfigField::path);
  if (found == fields.end()) throw ConfigError(std::string(path) + ": unknown key");
  return *found;
}

/// Copies a value into another of the same type.
struct Copy {
  const ConfigValue& from;

  void operator()(const PresetName&) const {}
  void operator()(const EnumReference& to) const {
    const auto& source = std::get<EnumReference>(from);
    to.store(to.value, source.load(source.value));
  }
  template <class T>
  void operator()(T* to) const {
    *to = *std::get<T*>(from);
  }
};

}  // namespace

std::vector<std::string> set_from_json(std::span<const ConfigField> fields, std::string_view json,
                                       const std::string& origin) {
  std::vector<std::string> given;
  Reader(fields, origin).read(parse_config(json, origin), "", given);
  return given;
}

std::vector<std::string> set_from_assignment(std::span<const ConfigField> fields,
                                             std::string_view assignment) {
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
    std::vector<std::string> given;
    Reader(fields, origin).read(value, path, given);
    return given;
  } catch (const IoError& error) {
    throw ConfigError(error.what());
  }
}

std::vector<ChangedField> changed_fields(std::span<const ConfigField> before,
                                         std::span<const ConfigField> now) {
  std::vector<ChangedField> changed;
  for (const ConfigField& field : before) {
    const auto text = [](const ConfigValue& value) {
      return value_text(value, JsonLayout::indented);
    };
    ChangedField found{field.path, text(field.value), text(field_at(now, field.path).value)};
    if (found.before != found.now) changed.push_back(std::move(found));
  }
  return changed;
}

void copy_field(std::span<const ConfigField> from, std::span<const ConfigField> to,
                std::string_view path) {
  std::visit(Copy{field_at(from, path).value}, field_at(to, path).value);
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

}  // namespace electra
