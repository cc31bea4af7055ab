#include "electra/io/json_lines.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "io/json.h"

namespace electra {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
constexpr std::string_view blanks = " \t\r\n";
constexpr int deepest = 512;

/// What a line must not be; caught where the line was begun.
struct Problem {
  std::string what;
};

std::optional<unsigned> hexadecimal(std::string_view digits) {
  if (digits.size() < 4) return std::nullopt;
  unsigned value = 0;
  for (const char c : digits.substr(0, 4)) {
    const unsigned digit = c >= '0' && c <= '9'   ? static_cast<unsigned>(c - '0')
                           : c >= 'a' && c <= 'f' ? static_cast<unsigned>(c - 'a') + 10
                           : c >= 'A' && c <= 'F' ? static_cast<unsigned>(c - 'A') + 10
                                                  : 16;
    if (digit == 16) return std::nullopt;
    value = value * 16 + digit;
  }
  return value;
}

/// `core` knows no Unicode; a code point above U+FFFF comes from a pair of surrogates.
void append_code(std::string& text, unsigned code) {
  const auto add = [&](unsigned byte) { text.push_back(static_cast<char>(byte)); };
  if (code < 0x80) return add(code);
  if (code < 0x800) {
    add(0xC0U | (code >> 6U));
  } else if (code < 0x10000) {
    add(0xE0U | (code >> 12U));
    add(0x80U | ((code >> 6U) & 0x3FU));
  } else {
    add(0xF0U | (code >> 18U));
    add(0x80U | ((code >> 12U) & 0x3FU));
    add(0x80U | ((code >> 6U) & 0x3FU));
  }
  add(0x80U | (code & 0x3FU));
}

/// The code point of the escape \uXXXX at the start of `text`, which is then behind it; nothing for
/// half a pair of surrogates.
std::optional<unsigned> take_unicode_escape(std::string_view& text) {
  const auto first = hexadecimal(text.substr(2));
  if (!first) throw Problem{"expected four hexadecimal digits after \\u"};
  text.remove_prefix(6);
  if (*first < 0xD800 || *first > 0xDFFF) return first;
  if (*first > 0xDBFF || !text.starts_with("\\u")) return std::nullopt;
  const auto second = hexadecimal(text.substr(2));
  if (!second || *second < 0xDC00 || *second > 0xDFFF) return std::nullopt;
  text.remove_prefix(6);
  return 0x10000 + ((*first - 0xD800) << 10U) + (*second - 0xDC00);
}

/// A string without its quotes, escapes decoded. Counts the halves of surrogate pairs.
std::string decoded(std::string_view raw, Index& lone_surrogates) {
  constexpr std::string_view letters = "\"\\/bfnrt";
  constexpr std::string_view meant = "\"\\/\b\f\n\r\t";
  std::string text;
  text.reserve(raw.size());
  while (!raw.empty()) {
    const std::size_t escape = std::min(raw.find('\\'), raw.size());
    text += raw.substr(0, escape);
    raw.remove_prefix(escape);
    if (raw.empty()) break;
    if (const auto letter = letters.find(raw[1]); letter != letters.npos) {
      text += meant[letter];
      raw.remove_prefix(2);
    } else if (raw[1] == 'u') {
      if (const auto code = take_unicode_escape(raw))
        append_code(text, *code);
      else
        ++lone_surrogates;
    } else {
      throw Problem{"the escape " + json_string(raw.substr(0, 2)) + " is none of JSON's"};
    }
  }
  return text;
}

/// Walks over one line.
class Scanner {
 public:
  explicit Scanner(std::string_view line) : rest_(line) {}

  void skip_blanks() {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(blanks), rest_.size()));
  }
  [[nodiscard]] bool at(char c) const { return !rest_.empty() && rest_[0] == c; }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }
  bool take(char c) {
    if (!at(c)) return false;
    rest_.remove_prefix(1);
    skip_blanks();
    return true;
  }
  void expect(char c) {
    if (!take(c)) throw Problem{std::string("expected '") + c + "', found " + found()};
  }

  /// Between its quotes, escapes as they are.
  std::string_view take_string() {
    if (!at('"')) throw Problem{"expected a string, found " + found()};
    std::size_t end = 1;
    while (end < rest_.size() && rest_[end] != '"') end += rest_[end] == '\\' ? 2 : 1;
    if (end >= rest_.size()) throw Problem{"a string has no end"};
    const std::string_view text = rest_.substr(1, end - 1);
    rest_.remove_prefix(end + 1);
    skip_blanks();
    return text;
  }

  /// Skips a value and says what kind it was.
  std::string_view skip_value(int depth = 1) {
    if (depth > deepest) throw Problem{"nested deeper than " + std::to_string(deepest)};
    if (at('"')) return take_string(), "a string";
    if (take('{')) return skip_members(depth), "an object";
    if (take('[')) return skip_elements(depth), "an array";
    return skip_word();
  }

  /// What stands here, for messages.
  [[nodiscard]] std::string found() const {
    constexpr std::size_t most = 20;
    if (rest_.empty()) return "the line's end";
    return json_string(rest_.substr(0, most)) + (rest_.size() > most ? " …" : "");
  }

 private:
  void skip_members(int depth) {
    if (take('}')) return;
    do {
      (void)take_string();
      expect(':');
      (void)skip_value(depth + 1);
    } while (take(','));
    expect('}');
  }

  void skip_elements(int depth) {
    if (take(']')) return;
    do {
      (void)skip_value(depth + 1);
    } while (take(','));
    expect(']');
  }

  /// true, null, a number, or what Python and JavaScript write of a number that is none.
  std::string_view skip_word() {
    struct Word {
      std::string_view word, kind;
    };
    static constexpr std::array<Word, 9> words{{{"null", "null"},
                                                {"true", "true"},
                                                {"false", "false"},
                                                {"NaN", "NaN"},
                                                {"-NaN", "NaN"},
                                                {"nan", "NaN"},
                                                {"Infinity", "Infinity"},
                                                {"+Infinity", "Infinity"},
                                                {"-Infinity", "-Infinity"}}};
    const std::size_t length = std::min(rest_.find_first_of(",]} \t\r\n:\"[{"), rest_.size());
    const std::string_view word = rest_.substr(0, length);
    const auto* known = std::ranges::find(words, word, &Word::word);
    const bool number = !word.empty() && word.find_first_not_of("+-.0123456789eE") == word.npos &&
                        word.find_first_of("0123456789") != word.npos;
    if (known == words.end() && !number) throw Problem{"expected a value, found " + found()};
    rest_.remove_prefix(length);
    skip_blanks();
    return number ? "a number" : known->kind;
  }

  std::string_view rest_;
};

bool is_key(std::string_view raw, std::string_view key) {
  if (raw.find('\\') == raw.npos) return raw == key;
  Index ignored = 0;
  try {
    return decoded(raw, ignored) == key;
  } catch (const Problem&) {
    return false;
  }
}

void remember(std::vector<std::string>& keys, std::string_view key) {
  constexpr std::size_t most = 8;
  if (keys.size() < most) keys.emplace_back(key);
}

/// One member of the object. What is wrong with the text alone is told from what is no JSON: the
/// line is an object all the same.
void read_member(Scanner& scanner, std::string_view key, JsonLine& line) {
  const std::string_view name = scanner.take_string();
  scanner.expect(':');
  if (!is_key(name, key)) {
    (void)scanner.skip_value();
    return remember(line.keys, name);
  }
  const std::string quoted = json_string(key);
  if (line.has_key) line.problem = "the key " + quoted + " appears twice";
  const bool first = !std::exchange(line.has_key, true);
  remember(line.keys, name);
  if (!scanner.at('"')) {
    const std::string_view kind = scanner.skip_value();
    if (first) line.problem = "expected a string as " + quoted + ", found " + std::string(kind);
  } else {
    const std::string_view raw = scanner.take_string();
    try {
      if (first) line.text = decoded(raw, line.lone_surrogates);
    } catch (const Problem& problem) {
      line.problem = "in " + quoted + ": " + problem.what;
    }
  }
}

void read_object(Scanner scanner, std::string_view key, JsonLine& line) {
  scanner.skip_blanks();
  if (!scanner.at('{')) {
    const std::string found = scanner.found();
    throw Problem{"expected a JSON object, found " + found};
  }
  scanner.expect('{');
  if (!scanner.take('}')) {
    do {
      read_member(scanner, key, line);
    } while (scanner.take(','));
    scanner.expect('}');
  }
  if (!scanner.at_end()) throw Problem{"expected the line's end, found " + scanner.found()};
  line.is_object = true;
  if (!line.has_key) line.problem = "expected the key " + json_string(key) + ", found none";
}

}  // namespace

std::string to_string(FileLine where) {
  return std::string(where.file) + ":" + std::to_string(where.line);
}

JsonLine read_json_line(std::string_view line, std::string_view key) {
  while (line.starts_with(byte_order_mark)) line.remove_prefix(byte_order_mark.size());
  JsonLine result;
  try {
    read_object(Scanner(line), key, result);
  } catch (const Problem& problem) {
    result.problem = problem.what;
  }
  if (!result.problem.empty()) result.text.clear();
  return result;
}

}  // namespace electra
