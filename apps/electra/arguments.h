#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "electra/core/shape.h"

namespace electra {

/// One option of a verb, described once: main.cpp makes the command line of it.
struct OptionInfo {
  enum class Kind : std::uint8_t { text, texts, integer, number, flag };  // texts: may be repeated

  std::string_view name;        // "--epochs"; without dashes: an argument, told by its place
  Kind kind = Kind::text;       // an argument is a text
  std::string_view value = {};  // what stands for the value in help: "N"
  std::string_view help = {};
  bool required = false;
  std::string_view choices = {};  // the values that are usual, blanks between them
};

/// What a command line gave a verb.
class Arguments {
 public:
  /// `options` must outlive it. `command`: the whole command line, for logs.
  Arguments(std::span<const OptionInfo> options, std::vector<std::string> command)
      : options_(options), command_(std::move(command)) {}

  /// Throws ConfigError "--epochs: expected a whole number, found "x"" for what the option's kind
  /// is not. A flag's value is not looked at.
  void add(std::string_view name, const std::string& value);

  // All below throw Error for a name that is none of the options, or another kind's.
  [[nodiscard]] bool has(std::string_view name) const;
  /// As it was written, whatever its kind.
  [[nodiscard]] std::optional<std::string> given(std::string_view name) const;
  [[nodiscard]] std::string text(std::string_view name, std::string_view otherwise = "") const;
  [[nodiscard]] std::vector<std::string> texts(std::string_view name) const;
  [[nodiscard]] std::optional<Index> integer(std::string_view name) const;
  [[nodiscard]] std::optional<double> number(std::string_view name) const;

  [[nodiscard]] const std::vector<std::string>& command() const { return command_; }

 private:
  [[nodiscard]] const OptionInfo& option(std::string_view name) const;
  [[nodiscard]] const std::vector<std::string>* find(std::string_view name,
                                                     OptionInfo::Kind kind) const;

  std::span<const OptionInfo> options_;
  std::vector<std::string> command_;
  std::map<std::string, std::vector<std::string>, std::less<>> values_;
};

/// The argument as an int, as threads and ranks are. Throws ConfigError for one that is out of its
/// range.
[[nodiscard]] std::optional<int> small_integer(const Arguments& arguments, std::string_view name);

}  // namespace electra
