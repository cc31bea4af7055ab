#pragma once

#include <unistd.h>

#include <array>
#include <cstdio>
#include <stdexcept>
#include <string>

#include "electra/core/context.h"

namespace electra::test {

/// Whether the GPU is the emulator of tests/emulator.
inline bool emulated() {
  return choose_device("auto").remark.find("GPU emulator") != std::string::npos;
}

/// What the test `name` of this very program prints in a process of its own with these variables,
/// "A=1 B=2": the emulator reads its settings once. Throws if that process fails.
inline std::string output_with(const std::string& variables, const std::string& name) {
  const std::string command = "env " + variables + " \"$(readlink /proc/" +
                              std::to_string(getpid()) + "/exe)\" '" + name + "' 2>&1";
  std::FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("no process could be started");
  std::string said;
  std::array<char, 256> piece{};
  while (std::fgets(piece.data(), piece.size(), pipe) != nullptr) said += piece.data();
  if (pclose(pipe) != 0) throw std::runtime_error(command + ":\n" + said);
  return said;
}

}  // namespace electra::test
