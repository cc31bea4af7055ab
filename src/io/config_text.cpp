#include <algorithm>

#include "electra/io/config.h"
#include "io/config_value.h"

namespace electra {
namespace {

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
  explicit Writer(JsonLayout layout) : layout_(layout), indented_(layout == JsonLayout::indented) {}

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
      text_ += value_text(field.value, layout_);
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

  JsonLayout layout_;
  bool indented_;
  bool first_ = true;
  std::size_t depth_ = 1;
  std::string open_;  // the path of the object being written
  std::string text_;
};

}  // namespace

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
    if (field.range) text += " (" + field.range->text() + ")";
    text += " [" + value_text(field.value, JsonLayout::indented) + "]\n";
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
