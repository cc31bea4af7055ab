#include "output.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <nlohmann/json.hpp>

#include "electra/core/error.h"

namespace electra {

using Json = nlohmann::ordered_json;

void print_line(std::string_view line) {
  std::fwrite(line.data(), 1, line.size(), stdout);
  std::putchar('\n');
}

void print_json(const Json& object) {
  print_line(object.dump(-1, ' ', false, Json::error_handler_t::replace));
}

void flush_results() {
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0)
    throw IoError(std::string("standard output: ") + std::strerror(errno));
}

std::string text_cell(std::string_view text) {
  std::string result(text);
  std::ranges::replace_if(
      result, [](char c) { return c == '\t' || c == '\n' || c == '\r'; }, ' ');
  return result;
}

std::string decimal_text(double value, int digits) {
  std::array<char, 400> text{};
  const int length = std::snprintf(text.data(), text.size(), "%.*f", digits, value);
  return {text.data(), static_cast<std::size_t>(length)};
}

}  // namespace electra
