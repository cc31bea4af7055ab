#pragma once

#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <vector>

#include "electra/c/electra.h"

namespace electra::test {

/// Frees the error; its message.
inline std::string message_of(electra_error* error) {
  std::string message = electra_error_message(error);
  electra_error_free(error);
  return message;
}

/// Fails with the error's message if there is one.
inline void require_none(electra_error* error) {
  const std::string message = message_of(error);
  REQUIRE(message == "");
}

/// A model or a result, freed at the end.
template <class T>
using Owned = std::unique_ptr<T, void (*)(T*)>;

/// What a function of C gives by its last argument.
template <class T, class Give>
Owned<T> given(void (*free)(T*), const Give& give) {
  T* made = nullptr;
  require_none(give(&made));
  REQUIRE(made != nullptr);
  return {made, free};
}

inline electra_options one_thread() {
  electra_options options;
  require_none(electra_options_init(&options, sizeof options));
  options.threads = 1;
  return options;
}

/// Opened with one thread.
template <class T>
Owned<T> opened(electra_error* (*open)(const char*, const electra_options*, T**), void (*free)(T*),
                const std::string& directory, electra_options options = one_thread()) {
  return given<T>(free, [&](T** model) { return open(directory.c_str(), &options, model); });
}

/// Texts as C has them; the strings must outlive them.
inline std::vector<electra_text> c_texts(const std::vector<std::string>& texts) {
  std::vector<electra_text> all;
  for (const std::string& text : texts) all.push_back({text.data(), text.size()});
  return all;
}

/// A text of a result, which a NUL follows.
inline std::string string_of(electra_text text) {
  REQUIRE(text.data[text.size] == '\0');
  return {text.data, text.size};
}

}  // namespace electra::test
