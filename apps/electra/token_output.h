#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "electra/infer/text_span.h"

namespace electra {

/// [begin, end], half-open.
[[nodiscard]] nlohmann::ordered_json json_of(TextSpan span);
[[nodiscard]] nlohmann::ordered_json json_of(const std::vector<TextSpan>& spans);

/// A row of the table below a text: id, token, its span, what is probable.
void print_token_row(std::int32_t id, std::string token, TextSpan span, double probability);

}  // namespace electra
