#pragma once

#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "electra/core/error.h"

namespace electra {

/// The lines of an open file or pipe, as many at once as have come, so that a line is used as soon
/// as somebody has written it. They end with \n or \r\n; the last one need not. `name` is the
/// file's in messages. Throws IoError.
inline void for_lines(int file, const std::string& name,
                      const std::function<void(std::span<const std::string>)>& use) {
  std::array<char, std::size_t{1} << 16> bytes{};
  std::vector<std::string> lines(1);
  for (;;) {
    const ssize_t count = read(file, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw IoError(name + ": " + std::strerror(errno));
    if (count == 0) break;
    for (const char byte : std::span(bytes).first(static_cast<std::size_t>(count)))
      if (byte != '\n') {
        lines.back() += byte;
      } else {
        if (lines.back().ends_with('\r')) lines.back().pop_back();
        lines.emplace_back();
      }
    if (lines.size() > 1) use(std::span(lines).first(lines.size() - 1));
    lines.erase(lines.begin(), lines.end() - 1);
  }
  if (!lines.back().empty()) use(lines);
}

}  // namespace electra
