#include <algorithm>
#include <cstring>
#include <limits>
#include <new>

#include "c/call.h"
#include "electra/core/build_config.h"

struct electra_error {
  electra_code code;
  std::string message;
};

namespace electra {

namespace {

/// What there is when there is no memory for an error: never changed, never freed.
electra_error* no_memory() noexcept {
  static const electra_error error{ELECTRA_MEMORY_ERROR, "no memory"};  // short: needs none itself
  return const_cast<electra_error*>(&error);
}

electra_error* error_of(electra_code code, const char* message) noexcept {
  try {
    return new electra_error{code, message};
  } catch (...) {
    return no_memory();
  }
}

template <class Enum>
Enum enum_of(int number, const char* option) {
  check_choice(number, enum_names(Enum{}).size(), option);
  return static_cast<Enum>(number);
}

}  // namespace

electra_error* current_error() noexcept {
  try {
    throw;
  } catch (const ArgumentError& error) {
    return error_of(ELECTRA_ARGUMENT_ERROR, error.what());
  } catch (const InputError& error) {
    return error_of(ELECTRA_INPUT_ERROR, error.what());
  } catch (const ConfigError& error) {
    return error_of(ELECTRA_CONFIG_ERROR, error.what());
  } catch (const IoError& error) {
    return error_of(ELECTRA_IO_ERROR, error.what());
  } catch (const DeviceError& error) {
    return error_of(ELECTRA_DEVICE_ERROR, error.what());
  } catch (const std::bad_alloc&) {
    return no_memory();
  } catch (const std::exception& error) {
    return error_of(ELECTRA_OTHER_ERROR, error.what());
  } catch (...) {
    return error_of(ELECTRA_OTHER_ERROR, "an exception that is not known");
  }
}

void check_given(const void* argument, const char* name) {
  if (argument == nullptr)
    throw ArgumentError(std::string(name) + ": expected a pointer, found NULL");
}

std::string_view view_of(const electra_text& text, const char* name) {
  if (text.size > 0) check_given(text.data, name);
  return text.size == 0 ? std::string_view{} : std::string_view(text.data, text.size);
}

std::vector<std::string> strings_of(const electra_text* texts, std::size_t count) {
  std::vector<std::string> strings;
  for (const electra_text& text : array_of(texts, count, "texts"))
    strings.emplace_back(view_of(text, "a text's data"));
  return strings;
}

Index count_of(std::size_t most) {
  constexpr std::size_t largest = std::numeric_limits<Index>::max();
  return static_cast<Index>(std::min(most, largest));
}

void check_choice(int number, std::size_t values, const char* option) {
  if (number < 0 || static_cast<std::size_t>(number) >= values)
    throw ConfigError(std::string(option) + ": expected 0 to " + std::to_string(values - 1) +
                      ", found " + std::to_string(number));
}

InferenceOptions options_of(const electra_options* options) {
  if (options == nullptr) return {};
  check_size(*options, "electra_options_init");
  return {.device = options->device == nullptr ? Device{} : choose_device(options->device).device,
          .threads = options->threads,
          .workers = options->workers,
          .precision = enum_of<InferencePrecision>(options->precision, "precision"),
          .length = enum_of<LongText>(options->length, "length"),
          .positions = options->positions,
          .match_added_tokens = options->match_added_tokens != 0};
}

}  // namespace electra

using namespace electra;

const char* electra_version() { return version.data(); }

electra_text electra_string(const char* string) {
  return {string, string == nullptr ? 0 : std::strlen(string)};
}

const char* electra_error_message(const electra_error* error) {
  return error == nullptr ? "" : error->message.c_str();
}

electra_code electra_error_code(const electra_error* error) {
  return error == nullptr ? ELECTRA_OK : error->code;
}

void electra_error_free(electra_error* error) {
  if (error != no_memory()) delete error;
}

electra_error* electra_options_init(electra_options* options, size_t size) {
  return guarded([&] {
    init_options(options, size, "electra_options");
    options->match_added_tokens = 1;
  });
}
