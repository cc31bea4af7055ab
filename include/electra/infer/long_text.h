#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "electra/core/shape.h"

namespace electra {

/// What becomes of a text that has more tokens than it may have: an error, its first
/// tokens alone, or windows that overlap and together say something of every token.
enum class LongText : std::uint8_t { fail, truncate, windows };
/// "fail", "truncate", "windows".
[[nodiscard]] std::span<const std::string_view> enum_names(LongText);

/// Some tokens of a text, and those of them that this window has the last word on.
struct Window {
  Index begin = 0, end = 0;                // what the model reads
  Index answers_from = 0, answers_to = 0;  // within begin … end
};

/// Windows of at most `room` tokens over `tokens` of them. Neighbours share a quarter of the room;
/// each answers for the half of that which is nearer to its own middle. Together they answer for
/// every token once, in order. One window if all tokens fit. `room` is 1 or more.
[[nodiscard]] std::vector<Window> windows_over(Index tokens, Index room);

}  // namespace electra
