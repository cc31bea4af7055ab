#pragma once

#include <span>
#include <string_view>

#include "arguments.h"

namespace electra {

/// Something that the command does. Results go to standard output, talk to standard error.
struct Verb {
  std::string_view name;                // "predict"
  std::string_view help;                // one line
  std::span<const OptionInfo> options;  // arguments in their order, then options
  std::string_view notes;               // below the options in --help: forms of input and output
  std::string_view examples;            // two, on data of this repository, a line each
  /// Returns the exit code. Throws Error; ConfigError is a fault of the command line.
  int (*run)(const Arguments& arguments);
};

/// All of them, in the order of --help: the table in verbs.cpp.
[[nodiscard]] std::span<const Verb> verbs();

}  // namespace electra
