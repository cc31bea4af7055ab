#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "electra/c/electra.h"
#include "electra/core/error.h"
#include "electra/infer/inference_options.h"

namespace electra {

/// An argument of the C interface that can be none.
class ArgumentError : public Error {
 public:
  explicit ArgumentError(const std::string& message) : Error(message) {}
};

/// The error for what is being thrown: call it in a handler alone.
[[nodiscard]] electra_error* current_error() noexcept;

/// Does the work; no exception leaves it.
template <class Work>
[[nodiscard]] electra_error* guarded(const Work& work) noexcept {
  try {
    work();
    return nullptr;
  } catch (...) {
    return current_error();
  }
}

/// Throws ArgumentError that names what must not be NULL.
void check_given(const void* argument, const char* name);

/// The text's bytes; throws ArgumentError for NULL with a size.
[[nodiscard]] std::string_view view_of(const electra_text& text, const char* name);
[[nodiscard]] std::vector<std::string> strings_of(const electra_text* texts, std::size_t count);
/// Throws ArgumentError for NULL with a count.
template <class T>
[[nodiscard]] std::span<const T> array_of(const T* items, std::size_t count, const char* name) {
  if (count > 0) check_given(items, name);
  return {items, count};
}

/// How many of something are asked for, as C++ counts.
[[nodiscard]] Index count_of(std::size_t most);

/// Zeroes a struct of options and sets its size. Throws ArgumentError for NULL or another size.
template <class Options>
void init_options(Options* options, std::size_t size, const char* name) {
  check_given(options, "options");
  if (size != sizeof(Options))
    throw ArgumentError("size: expected that of " + std::string(name) + ", " +
                        std::to_string(sizeof(Options)) + ", found " + std::to_string(size));
  *options = {};
  options->size = size;
}

/// Throws ArgumentError for options of another version's size.
template <class Options>
void check_size(const Options& options, const char* init) {
  if (options.size != sizeof(Options))
    throw ArgumentError("options: expected the size " + std::to_string(sizeof(Options)) + ", as " +
                        init + " sets it, found " + std::to_string(options.size));
}

/// Throws ConfigError, which names the option, for a number below 0 or with no value of its own.
void check_choice(int number, std::size_t values, const char* option);

/// NULL: the defaults. Throws ArgumentError for options of another version's size, ConfigError for
/// values that are none.
[[nodiscard]] InferenceOptions options_of(const electra_options* options);

/// A model of C around one of C++; `more()`: what else it is made of.
template <class Model, class... More>
[[nodiscard]] electra_error* open_model(const char* directory, const electra_options* options,
                                        Model** model, const More&... more) noexcept {
  return guarded([&] {
    check_given(model, "the place of the model");
    *model = nullptr;
    check_given(directory, "directory");
    *model = new Model(directory, options_of(options), more()...);
  });
}

}  // namespace electra
