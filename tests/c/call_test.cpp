#include "c/call.h"

#include <catch2/catch.hpp>
#include <new>

#include "c/opened.h"

using namespace electra;
using namespace electra::test;
using Catch::Contains;

namespace {

template <class Exception>
std::pair<electra_code, std::string> error_for(const Exception& exception) {
  electra_error* error = guarded([&] { throw exception; });
  const electra_code code = electra_error_code(error);
  return {code, test::message_of(error)};
}

}  // namespace

TEST_CASE("every exception is an error of its kind, with its message", "[c][law]") {
  using Found = std::pair<electra_code, std::string>;
  CHECK(error_for(ArgumentError("a")) == Found(ELECTRA_ARGUMENT_ERROR, "a"));
  CHECK(error_for(InputError("b")) == Found(ELECTRA_INPUT_ERROR, "b"));
  CHECK(error_for(ConfigError("c")) == Found(ELECTRA_CONFIG_ERROR, "c"));
  CHECK(error_for(IoError("d")) == Found(ELECTRA_IO_ERROR, "d"));
  CHECK(error_for(DeviceError("e")) == Found(ELECTRA_DEVICE_ERROR, "e"));
  CHECK(error_for(std::bad_alloc()) == Found(ELECTRA_MEMORY_ERROR, "no memory"));
  CHECK(error_for(ShapeError("f")) == Found(ELECTRA_OTHER_ERROR, "f"));
  CHECK(error_for(std::runtime_error("g")) == Found(ELECTRA_OTHER_ERROR, "g"));
  CHECK(error_for(7).first == ELECTRA_OTHER_ERROR);
  CHECK(guarded([] {}) == nullptr);
}

TEST_CASE("an error for no memory may be freed like any other, any number of times", "[c]") {
  const auto fail = [] { return guarded([] { throw std::bad_alloc(); }); };
  electra_error *first = fail(), *second = fail();
  electra_error_free(first);
  CHECK(electra_error_code(second) == ELECTRA_MEMORY_ERROR);
  electra_error_free(second);
}

TEST_CASE("no error is fine", "[c]") {
  CHECK(std::string(electra_error_message(nullptr)).empty());
  CHECK(electra_error_code(nullptr) == ELECTRA_OK);
  electra_error_free(nullptr);
}

TEST_CASE("options are those of C++, and what cannot be is refused by key", "[c]") {
  electra_options options = one_thread();
  const InferenceOptions usual = options_of(&options);
  CHECK(usual.threads == 1);
  CHECK(usual.precision == InferencePrecision::f32);
  CHECK(usual.length == LongText::fail);
  CHECK(usual.match_added_tokens);
  CHECK(options_of(nullptr).threads == 0);
  options.length = ELECTRA_WINDOWS;
  options.precision = ELECTRA_INT8;
  options.workers = 3;
  options.positions = 9;
  options.match_added_tokens = 0;
  options.device = "cpu";
  const InferenceOptions other = options_of(&options);
  CHECK(other.length == LongText::windows);
  CHECK(other.precision == InferencePrecision::int8);
  CHECK(other.workers == 3);
  CHECK(other.positions == 9);
  CHECK_FALSE(other.match_added_tokens);
  options.length = 3;
  CHECK_THROWS_WITH(options_of(&options), "length: expected 0 to 2, found 3");
  options.length = 0;
  options.precision = -1;
  CHECK_THROWS_WITH(options_of(&options), "precision: expected 0 to 2, found -1");
  options.precision = 0;
  options.device = "toaster";
  CHECK_THROWS_AS(options_of(&options), ConfigError);
  options.size = 8;
  CHECK_THROWS_AS(options_of(&options), ArgumentError);
  CHECK_THAT(test::message_of(electra_options_init(&options, 1)), Contains("size"));
  CHECK_THAT(test::message_of(electra_options_init(nullptr, sizeof options)), Contains("NULL"));
}

TEST_CASE("a text is its bytes, NUL included", "[c]") {
  const electra_text text{"a\0b", 3}, none{nullptr, 0}, bad{nullptr, 1};
  CHECK(view_of(text, "it") == std::string_view("a\0b", 3));
  CHECK(view_of(none, "it").empty());
  CHECK_THROWS_WITH(view_of(bad, "it"), Contains("it: expected a pointer, found NULL"));
  CHECK(electra_string("abc").size == 3);
  CHECK(electra_string(nullptr).size == 0);
  CHECK(strings_of(nullptr, 0).empty());
  CHECK_THROWS_AS(strings_of(nullptr, 1), ArgumentError);
}
