#include "electra/infer/long_text.h"

#include <algorithm>
#include <array>

namespace electra {

std::span<const std::string_view> enum_names(LongText) {
  static constexpr std::array<std::string_view, 3> names{"fail", "truncate", "windows"};
  return names;
}

std::vector<Window> windows_over(Index tokens, Index room) {
  const Index shared = room / 4;
  std::vector<Window> windows;
  for (Index begin = 0; windows.empty() || windows.back().end < tokens; begin += room - shared) {
    const Index end = std::min(tokens, begin + room);
    const Index from = windows.empty() ? 0 : begin + shared / 2;
    if (!windows.empty()) windows.back().answers_to = from;
    windows.push_back({.begin = begin, .end = end, .answers_from = from, .answers_to = end});
  }
  return windows;
}

}  // namespace electra
