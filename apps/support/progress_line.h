#pragma once

#include <unistd.h>

#include <cstdio>
#include <string>

namespace electra {

/// A line for people, on standard error.
inline void say(const std::string& text) { std::fprintf(stderr, "%s\n", text.c_str()); }

/// One line that is rewritten on a terminal; plain lines elsewhere.
class ProgressLine {
 public:
  void show(const std::string& line) {
    if (!terminal_) return say(line);
    std::fprintf(stderr, "\r\033[K%s", line.c_str());
    open_ = true;
  }
  void close() {
    if (open_) std::fprintf(stderr, "\n");
    open_ = false;
  }

 private:
  bool terminal_ = isatty(STDERR_FILENO) != 0;
  bool open_ = false;
};

}  // namespace electra
