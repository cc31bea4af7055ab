#pragma once

#include <stdexcept>
#include <string>

namespace electra {

/// A place in the caller's source; stands in for std::source_location, which clang 14 lacks.
struct Where {
  const char* file = "";
  int line = 0;

  [[nodiscard]] static constexpr Where here(const char* file = __builtin_FILE(),
                                            int line = __builtin_LINE()) {
    return {file, line};
  }
};

/// "file:line" with the directories before the last one cut off.
[[nodiscard]] std::string to_string(Where where);

/// What every failure of the library is thrown as. The message says what was expected and found.
class Error : public std::runtime_error {
 public:
  explicit Error(const std::string& message) : std::runtime_error(message) {}
};

/// A tensor has the wrong extents or the wrong type.
class ShapeError : public Error {
 public:
  explicit ShapeError(const std::string& message) : Error(message) {}
};

/// A device is missing, too old, out of memory, or reported a failure.
class DeviceError : public Error {
 public:
  explicit DeviceError(const std::string& message) : Error(message) {}
};

/// A configuration has an unknown key, a wrong type, or values that do not fit together.
class ConfigError : public Error {
 public:
  explicit ConfigError(const std::string& message) : Error(message) {}
};

/// A file is missing, damaged, or not what it should be.
class IoError : public Error {
 public:
  explicit IoError(const std::string& message) : Error(message) {}
};

/// A text or a number that was given as input cannot be worked on.
class InputError : public Error {
 public:
  explicit InputError(const std::string& message) : Error(message) {}
};

/// Training went wrong: non-finite gradients several steps in a row, or a rank that failed.
class TrainingError : public Error {
 public:
  explicit TrainingError(const std::string& message) : Error(message) {}
};

}  // namespace electra
