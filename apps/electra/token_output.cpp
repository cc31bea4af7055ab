#include "token_output.h"

#include <cstdio>
#include <nlohmann/json.hpp>

#include "electra/data/unicode.h"

namespace electra {

using Json = nlohmann::ordered_json;

Json json_of(TextSpan span) { return {span.begin, span.end}; }

Json json_of(const std::vector<TextSpan>& spans) {
  Json all = Json::array();
  for (const TextSpan& span : spans) all.push_back(json_of(span));
  return all;
}

void print_token_row(std::int32_t id, std::string token, TextSpan span, double probability) {
  constexpr std::size_t columns = 20;
  const auto width = static_cast<std::size_t>(count_characters(token));
  if (width < columns) token.append(columns - width, ' ');
  std::printf("%7d  %s %5lld-%-5lld %7.4f\n", id, token.c_str(), static_cast<long long>(span.begin),
              static_cast<long long>(span.end), probability);
}

}  // namespace electra
